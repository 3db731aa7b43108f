"""Where code runs: hosts, launchers, the wire protocol, devices."""
