# The zero-trust review of the whole synthetic ledger, as a page: time on the clock, against the C program that scans, hashes
# and folds the same file, and peak memory.

measure_review() {
    local round started made ours limit peak kilobytes verdict
    local ledger=$work/reviewed/ledger.db
    mkdir "$work/reviewed"
    note "making a ledger of $DECISIONS decisions"
    made=$("$bin/LedgerBenchmark" decide "$ledger" "$DECISIONS" 7)
    "$bin/sqlite-verify" "$ledger" >/dev/null # and the file is in the page cache
    for round in $(seq "$ROUNDS"); do
        note "review: round $round of $ROUNDS"
        started=$(seconds)
        # A review ends with 1: the password grant is switched on.
        /usr/bin/time -q -f '%M' -o "$work/review.time" \
            "$bin/authaudit" review --ledger "$ledger" --format html >"$work/review.html" 2>"$work/review.out" ||
            [ -s "$work/review.html" ] || note "$(head -n 2 "$work/review.out" | tr '\n' ' ')"
        awk -v a="$started" -v b="$(seconds)" 'BEGIN { printf "%.2f\n", b - a }' >>"$work/review.ours"
        tail -n 1 "$work/review.time" >>"$work/review.peak"
        "$bin/sqlite-verify" "$ledger" | cut -f1 >>"$work/review.limit"
    done
    ours=$(median <"$work/review.ours") kilobytes=$(median <"$work/review.peak")
    peak=$((${kilobytes%.*} / 1024))
    limit=$(awk -v e="$(median <"$work/review.limit")" -v m="$(cut -f2 <<<"$made")" 'BEGIN { printf "%.2f", m / e }')
    table "review" "decisions" authaudit "C, verify" ratio
    judge "$ours" '<' 30
    table "seconds" "$DECISIONS" "$ours $verdict" "$limit" "$(quotient "$ours" "$limit")"
    judge "$peak" '<' 500
    table "peak memory" "MB" "$peak $verdict"
}
