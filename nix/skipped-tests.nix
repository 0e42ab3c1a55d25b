# What cannot run where a package is built: there is no browser, no network, no documentation and no stack to rehearse.
[
  "browser::"
  "dependencies::"
  "documents::"
  "stage::interrupted::"
]
