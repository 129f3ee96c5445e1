# Every decision of a synthetic ledger decided again on an estate without one Identity, on one processor: what is certain and
# what is not, of a million decisions.

measure_whatif() {
    local round started peak kilobytes spent verdict
    local ledger=$work/decisions/ledger.db
    if [ ! -e "$ledger" ]; then
        ledger=$work/whatif/ledger.db
        mkdir "$work/whatif"
        note "making a ledger of $DECISIONS decisions"
        "$bin/LedgerBenchmark" decide "$ledger" "$DECISIONS" 7 >/dev/null
    fi
    "$bin/sqlite-verify" "$ledger" >/dev/null # and the file is in the page cache
    for round in $(seq "$ROUNDS"); do
        note "whatif: round $round of $ROUNDS"
        started=$(seconds)
        /usr/bin/time -f '%M' -o "$work/whatif.time" \
            taskset -c 0 "$bin/authaudit" whatif --ledger "$ledger" --change 'unlink store3 api0' \
            --change 'suspend app7' >"$work/whatif.out" 2>&1 || note "$(head -n 2 "$work/whatif.out" | tr '\n' ' ')"
        awk -v a="$started" -v b="$(seconds)" 'BEGIN { printf "%.1f\n", b - a }' >>"$work/whatif.spent"
        cat "$work/whatif.time" >>"$work/whatif.peak"
    done
    spent=$(median <"$work/whatif.spent") kilobytes=$(median <"$work/whatif.peak")
    peak=$((${kilobytes%.*} / 1024))
    table "what if" "decisions" "s, peak MB"
    judge "$spent" '<' 20
    table "one processor" "$DECISIONS" "$spent $verdict"
    judge "$peak" '<' 500
    table "peak memory" "MB" "$peak $verdict"
}
