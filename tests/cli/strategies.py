"""A stated strategy in which nothing is wrong or missing, and the files beside it."""

GOOD = """\
effective = 2026-01-01

[vision]
text = "Nobody starts the day by planning it again."
behaviour = "Site managers plan six weeks ahead with their trades."

[mission]
category = "Planning software for contractors"
contribution = "It turns a schedule into work that can start."

[market]
kind = "b2b"

[icp]
segments = ["mid-market"]
buyer = "head of operations"
user = "site manager"

[[not_doing]]
id = "payroll"
why = "Others do it."
patterns = ["payroll"]

[[watching]]
id = "cranes"

[goals]
north_star = "tasks finished in their week"
leading = ["sites with a plan"]

[[intents]]
id = "planning"
mission = "Trades agree on work that can start."
owner = "nora"
target = 0.6
since = 2026-01-01
hypothesis = { text = "Crews wait less.", metric = "sites with a plan", expires = 2026-12-31 }

[[intents]]
id = "reporting"
mission = "What happened is in the plan by evening."
owner = "otis"
target = 0.4
hypothesis = { text = "Short logs get written.", metric = "sites with a plan", expires = 2026-12-31 }

[[initiatives]]
id = "constraints"
intent = "planning"
epics = ["o:E-1"]
since = 2026-02-01

[[initiatives]]
id = "short-log"
intent = "reporting"
epics = ["o:E-2"]
since = 2026-02-01

[[principles]]
id = "site-first"
statement = "Where office and site differ, the site wins."

[[kpi_tree]]
from = "constraints"
to = "sites with a plan"

[[kpi_tree]]
from = "short-log"
to = "sites with a plan"

[vocabulary]
words = ["site manager", "planner"]

[limits]
active_intents = 3
"""
CUSTOMERS = """\
name,aliases,domains,segment,industry,geography,size,status,since,until,icp,arr,parent
Acme,,,mid-market,construction,EU,,customer,2025-01-01,,,,
Globex,,,mid-market,construction,EU,,customer,2025-01-01,,,,
Initech,,,mid-market,construction,EU,,prospect,2025-01-01,,,,
Umbrella,,,enterprise,construction,EU,,customer,2025-01-01,,,,
Hooli,,,small,construction,EU,,customer,2025-01-01,,,,
"""
PEOPLE = """\
[[people]]
logins = ["ann", "ann-at-jira"]
role = "engineering"
[[people]]
logins = ["bob"]
role = "product"
[[people]]
logins = ["cy"]
role = "sales"
"""
CONFIG = '[[sources]]\nname = "o"\nkind = "jira"\nurl = "https://o.example"\n'
