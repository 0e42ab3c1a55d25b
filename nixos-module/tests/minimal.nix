# `enable = true` alone: the pages answer on this machine.
{
  name = "minimal";
  nodes.machine.services.safeharbor.enable = true;
  testScript = ''
    machine.wait_for_unit("safeharbor.service", timeout=120)
    machine.succeed("systemctl is-active safeharbor-worker.service safeharbor.socket safeharbor-metrics.socket")
    machine.wait_until_succeeds("curl -fsS http://127.0.0.1:8000/healthz | grep '\"ok\"'", timeout=60)
    machine.succeed("curl -fsS -o /dev/null -H 'Host: localhost:8000' http://127.0.0.1:8000/livez")
  '';
}
