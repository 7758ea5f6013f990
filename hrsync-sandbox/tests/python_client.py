#!/usr/bin/env python3
"""Calls the sandbox with a Netvisor client that hrsync has nothing to do with.

    pip install netvisor-api-client==0.9.6
    python3 python_client.py path/to/hrsync-sandbox

The one argument (or the variable HRSYNC_SANDBOX) is the sandbox's binary, which is started and stopped here, or the
line of JSON that a running one has printed. Exits with 0 when the client's signatures are accepted and wrong keys are
refused.
"""

import json
import os
import subprocess
import sys


def check(access):
    from netvisor_api_client import Netvisor

    def client(**changes):
        values = {**access, **changes}
        return Netvisor(
            host=values["base_url"],
            sender=values["sender"],
            partner_id=values["partner_id"],
            partner_key=values["partner_key"],
            customer_id=values["customer_id"],
            customer_key=values["customer_key"],
            organization_id=values["organisation_id"],
            language="EN",
        )

    customers = client().customers
    # The second one needs an encoded URL.
    for query in ("", "Anni Ä"):
        customers.list(query=query)
    for name in ("partner_key", "customer_key", "partner_id", "organisation_id"):
        try:
            client(**{name: "wrong"}).customers.list(query="")
        except Exception as error:  # the client has one class for each code
            if "AuthenticationFailed" not in type(error).__name__:
                sys.exit(f"a wrong {name} raised {error!r}")
        else:
            sys.exit(f"a wrong {name} was accepted")


def main():
    target = sys.argv[1] if len(sys.argv) > 1 else os.environ.get("HRSYNC_SANDBOX")
    if not target:
        sys.exit(__doc__)
    if target.lstrip().startswith("{"):
        check(json.loads(target)["netvisor"])
    else:
        process = subprocess.Popen(
            [target, "--vendors", "netvisor"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        try:
            check(json.loads(process.stdout.readline())["netvisor"])
        finally:
            process.stdin.close()
            code = process.wait(timeout=30)
        if code != 0:
            sys.exit(f"the sandbox ended with {code}")
    print("the independent client was accepted, wrong credentials were refused")


if __name__ == "__main__":
    main()
