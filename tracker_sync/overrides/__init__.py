"""What people say of items in place of the rules: typed or in a table, checked, kept as events, undone."""
