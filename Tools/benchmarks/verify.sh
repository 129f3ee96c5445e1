# The auditor's verification of a whole ledger, against a C program that does only what nobody can leave out: scan, hash,
# fold the tree. One processor each: both are single threads. authaudit also reads the side table and the index of
# decisions, hashes the sealed records, and checks every field of every event.

measure_verify() {
    local round started events rate limit ratio verdict
    large_ledger
    events=$("$bin/sqlite-verify" "$large/ledger.db" | cut -f2) # and the file is in the page cache
    for round in $(seq "$ROUNDS"); do
        note "verify: round $round of $ROUNDS"
        started=$(seconds)
        taskset -c 0 "$bin/authaudit" verify --ledger "$large/ledger.db" >"$work/verify.out" 2>&1 ||
            note "$(head -n 2 "$work/verify.out" | tr '\n' ' ')"
        awk -v n="$events" -v a="$started" -v b="$(seconds)" 'BEGIN { printf "%.0f\n", n / (b - a) }' >>"$work/verify.ours"
        taskset -c 0 "$bin/sqlite-verify" "$large/ledger.db" | cut -f1 >>"$work/verify.limit"
    done
    rate=$(median <"$work/verify.ours") limit=$(median <"$work/verify.limit")
    ratio=$(quotient "$rate" "$limit")
    judge "$ratio" '>=' 0.80
    table "verified events/s" "events" authaudit C ratio
    table C-sqlite "$events" "$rate" "$limit" "$ratio $verdict"
}
