"""Every sentence of the page, by key; one TOML file a language."""
