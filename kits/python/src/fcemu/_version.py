VERSION = "0.1.0"  # meson.build's; a test compares them
