"""What a team writes every day without any customer having asked is nobody's demand."""

import pytest

from tests.tagging.test_precedence import Judge, comment, item, judged  # noqa: F401  the fixture

HEAD = "name,aliases,domains,segment,industry,geography,size,status,since,until,icp,arr,parent\n"
NAMES = ("Stripe", "Salesforce", "Target", "Slack", "Northwind", "Mercury")
CUSTOMERS = HEAD + "".join(f"{name},,,,,,,customer,,,,,\n" for name in NAMES)
TOOLS = 'not_in_texts = ["Stripe", "Salesforce", "Slack", "Target", "Mercury"]\n'
NAMES_TOOLS = [
    ("Slack notifications are delayed", "Slack is asking apps to move to the new events API."),
    ("Stripe webhooks fail on retries", "Error in Stripe webhook handler: signature mismatch."),
    ("Retry policy for Stripe", "Errors are raised by Stripe SDK on retry."),
    ("Support multi-currency payouts - Stripe", ""),
    ("[Stripe] Handle dispute events", "Account: Stripe"),
    ("Slack: thread replies for alerts", "Slack hit the rate limit."),
    ("Target: ES2022 in tsconfig", "Target found in the wrong directory."),
    ("Mercury upgrade", "The Mercury service crashes. Bug in Mercury when the queue is empty."),
    ("Alert rules", "Reports from Mercury are empty. Deployed to the Mercury environment."),
    ("API version", "Call with Stripe support on the API version; Stripe has announced an end date."),
]
NAMES_NOBODY = [
    ("Rate-limit the public API", "Reported by Anna Kowalski in standup. The limiter counts twice."),
    ("Perf: dashboard query", "Thanks to Piotr for reporting! N+1 in dashboard."),
    ("CI: cache node_modules", "Suggested by Marta. Saves 3 min."),
    ("Migrate to Vite", "Per request of Tomek, keep the old build for a week."),
    ("Add tests for tax rules", "Requested by Finance."),
    ("Harden the login", "Pen test report from Cure53."),
    (
        "Remove dead customer table",
        "The table has no reads. Customers who have no orders are skipped.",
    ),
    ("Backfill customer_id", "Customers who are inactive should be excluded from the backfill."),
    ("Customer page shows wrong total", "When a customer has two carts, customer sees wrong total."),
    ("Notify account owner", "When the customer has asked for deletion, notify the account owner."),
    ("Add idempotency keys", "We have a client that retries requests without an idempotency key."),
    ("Client retries forever", "The client asked for a token twice. HTTP client reported 500."),
    ("gRPC client: backoff", "The client wants to reconnect."),
    ("Parser", "Parser breaks on a support email address."),
    ("Rotate the secret", "Rotate the secret for the support ticket webhook."),
    ("Terraform module", "On Tue, Mar 3, Jane Doe wrote: let's split this."),
    ("Docs: webhooks", "From Slack thread: we should document retries."),
    ("Feature flag cleanup", "Flag is on for all customers since March."),
    ("Admin: impersonation", "Admins need to impersonate a customer account for debugging."),
    ("Feedback widget", "Users can request features. Feature requests from users go to a queue."),
    ("Mailing list signup", "Add a signup form; the user is added to the mailing list."),
    ("Churn survey", "Send an email to clients who have cancelled."),
    ("Sample data", "Use the Northwind database for examples; tests fail on the Northwind dataset."),
    ("Import", "We support tickets with attachments. Import from: Northwind"),
]


@pytest.mark.parametrize(("title", "body"), NAMES_NOBODY, ids=[t for t, _ in NAMES_NOBODY])
def test_nobody_asked(judged: Judge, title: str, body: str) -> None:  # noqa: F811
    tags = judged(item(title=title, body=body), comment(body), customers=CUSTOMERS).tags["o:A-1"]
    assert ([t.rule for t in (*tags.customers, *tags.origins)]) == []


@pytest.mark.parametrize(("title", "body"), NAMES_TOOLS, ids=[t for t, _ in NAMES_TOOLS])
def test_a_tool_that_is_also_an_account_did_not_ask(judged: Judge, title: str, body: str) -> None:  # noqa: F811
    tags = judged(item(title=title, body=body), customers=CUSTOMERS, more=TOOLS).tags["o:A-1"]
    assert [t.rule for t in (*tags.customers, *tags.origins)] == []


BARE = [body for _, body in NAMES_TOOLS if body and not body.startswith(("Slack is", "Call"))]


@pytest.mark.parametrize("body", BARE)
def test_most_mentions_of_an_account_are_no_request(judged: Judge, body: str) -> None:  # noqa: F811
    tags = judged(item(body=body), customers=CUSTOMERS).tags["o:A-1"]
    assert [t.rule for t in (*tags.customers, *tags.origins)] == []
