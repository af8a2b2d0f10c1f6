"""What people answered when Girder asked how disappointed they would be without the product."""

from tracker_sync.demo.company_strategy import short_names

# Each answer: how disappointed, the main benefit, and what would make it better, if anything.
_ANSWERS = """
Tallis Contracting  | site manager       | 2026-05-04 | very:wait:alerts very:wait:offline
Tallis Contracting  | site manager       | 2026-05-04 | somewhat:wait:alerts
Tallis Contracting  | foreman            | 2026-05-04 | very:log:offline somewhat:log:voice
Tallis Contracting  | planner            | 2026-05-05 | very:wait:import
Morrow Civil        | site manager       | 2026-05-05 | very:wait:offline very:wait: somewhat:wait:alerts
Morrow Civil        | planner            | 2026-05-06 | very:plan:import somewhat:wait:import
Morrow Civil        | head of operations | 2026-05-06 | very:wait:compare
Kestrel Homes       | foreman            | 2026-05-07 | very:log:voice somewhat:log:offline
Kestrel Homes       | foreman            | 2026-05-07 | somewhat:wait:alerts
Kestrel Homes       | site manager       | 2026-05-07 | very:wait:alerts somewhat:plan:import
Fenwick Rail        | planner            | 2026-05-11 | very:plan:import somewhat:wait:import
Fenwick Rail        | planner            | 2026-05-11 | somewhat:type:codes
Fenwick Rail        | site manager       | 2026-05-11 | very:wait:offline not:plan:
Ashdown Build       | head of operations | 2026-05-12 | very:wait:compare somewhat:type:codes
Ashdown Build       | site manager       | 2026-05-12 | very:wait: somewhat:wait:offline not:log:voice
Oakline Contracting | site manager       | 2026-05-13 | very:wait:alerts somewhat:log:offline
Oakline Contracting | foreman            | 2026-05-13 | very:log:offline not:log:voice
Quillstone Civil    | head of operations | 2026-05-18 | somewhat:wait:compare somewhat:plan:compare
Quillstone Civil    | planner            | 2026-05-18 | very:plan:codes not:type:codes
Stonebridge Roads   | planner            | 2026-05-19 | somewhat:wait:import not:plan:import
Stonebridge Roads   | site manager       | 2026-05-19 | very:wait:offline somewhat:wait:alerts
Pemberly Estates    | site manager       | 2026-05-20 | somewhat:log:offline not:type:codes
Northspan Builders  | planner            | 2026-05-20 | somewhat:type:codes not:type:connector
Calder & Stone      | head of operations | 2026-05-21 | somewhat:type:import not:type:connector
Helmsford Group     | head of operations | 2026-05-21 | not:plan:compare not:type:connector
Aquaveil Utilities  | planner            | 2026-05-22 | somewhat:paper:dosing not:paper:dosing not:paper:
"""
_BENEFITS = {
    "wait": "crews wait less for each other",
    "log": "the daily log is written on the way",
    "plan": "all trades work from one plan",
    "type": "nothing is typed twice",
    "paper": "records are no longer on paper",
}
_IMPROVEMENTS = {
    "alerts": "say earlier that a task cannot start",
    "offline": "work where there is no network",
    "voice": "let me dictate the log",
    "import": "take over our schedule as it is",
    "codes": "bring our cost codes",
    "compare": "compare all of our sites",
    "connector": "feed our own charts",
    "dosing": "record the dosing of a treatment plant",
    "": "",
}


def pmf_csv() -> str:
    """One answer a person; who they are is not said, only where they work and as what."""
    lines = ["respondent,account,persona,disappointed,benefit,improvement,date"]
    short, seen = short_names(), dict[str, int]()
    for row in _ANSWERS.strip().splitlines():
        account, persona, day, answers = (cell.strip() for cell in row.split("|"))
        for answer in answers.split():
            how, benefit, better = answer.split(":")
            seen[account] = seen.get(account, 0) + 1
            who = f"{short[account]}-{seen[account]}"
            said = f"{how},{_BENEFITS[benefit]},{_IMPROVEMENTS[better]}"
            lines.append(f"{who},{account},{persona},{said},{day}")
    return "\n".join(lines) + "\n"
