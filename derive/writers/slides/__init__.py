"""The page as slides: `cutting` says what stands on which, `reveal` and `beamer` write them."""
