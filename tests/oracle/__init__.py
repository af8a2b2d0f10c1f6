"""A second, slow opinion on any log, from the definitions alone: it knows nothing of the package.

It reads an exported log with json, the inputs stated in it with tomllib and csv, and goes day by day, person
by person, instant by instant. Each function cites the sentence of the definitions (domain.md, docs/rules.md,
docs/decisions.md) that it follows."""
