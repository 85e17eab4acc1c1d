"""How a model is trained: update rules as rows of equations, the reading of [samples], [state] and [update]."""
