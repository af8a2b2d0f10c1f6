"""A small company with mutable state behind the faces of Jira and GitHub, served over real HTTP."""
