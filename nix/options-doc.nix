# docs/options.md, out of the options alone: no system is evaluated for it.
{
  lib,
  pkgs,
  writeText,
}:
let
  inherit
    (lib.evalModules {
      modules = [
        ../nixos-module/options.nix
        { _module.args = { inherit pkgs; }; }
      ];
    })
    options
    ;

  text = it: if lib.isAttrs it then it.text else it;
  inlineOrBlock =
    label: it:
    let
      value = lib.trim (text it);
    in
    if lib.hasInfix "\n" value then
      "${label}:\n\n```nix\n${value}\n```\n"
    else
      "${label}: `${value}`\n";

  section =
    option:
    lib.concatStringsSep "\n" (
      [
        "## `${option.name}`\n"
        "${lib.trim (toString (text (option.description or "")))}\n"
        "Type: ${option.type}\n"
      ]
      ++ lib.optional (option ? default) (inlineOrBlock "Default" option.default)
      ++ lib.optional (option ? example) (inlineOrBlock "Example" option.example)
    );

  shown = lib.filter (
    option: option.visible && !option.internal && lib.hasPrefix "services." option.name
  ) (lib.optionAttrSetToDocList options);

  # Other options are named as {option}`…` there; outside of the NixOS manual that is a plain name.
  plain = lib.replaceStrings [ "{option}`" ] [ "`" ];
in
writeText "options.md" (plain ''
  # Options of the NixOS module

  Made from `nixos-module/options.nix` by `nix build .#options-doc`; a check compares the two. How they go together is
  in [NixOS](nixos.md).

  ${lib.concatMapStringsSep "\n" section (lib.sort (a: b: a.name < b.name) shown)}'')
