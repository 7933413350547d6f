"""Floor 4, HTTP only: parse, ask the policy, call one verb, answer. Each room's routes stand in a file of its own."""
