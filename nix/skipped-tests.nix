# What cannot run where a package is built: there is no browser, no network and no stack to rehearse.
[
  "browser::"
  "dependencies::"
  "stage::interrupted::"
]
