# What every package of Safe Harbor says about itself.
{ lib }:
{
  description = "Household's own aquarium log, published from home behind exactly one trusted proxy hop";
  license = lib.licenses.asl20;
  platforms = [
    "x86_64-linux"
    "aarch64-linux"
  ];
  mainProgram = "safeharbor";
}
