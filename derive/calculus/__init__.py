"""What every reader of expressions needs: rows of operations, shapes, scalars, single entries, derivatives."""
