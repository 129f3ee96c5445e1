# Appends of events through the store, against a C program that appends the same bytes, as many per commit.

measure_appends() {
    local rounds=$work/appends batch round
    mkdir "$rounds"
    for round in $(seq "$ROUNDS"); do
        note "appends: round $round of $ROUNDS"
        for batch in 1 8 64 512; do
            "$bin/LedgerBenchmark" append "$rounds/ours.db" "$batch" "$SECS" >>"$rounds/ours.$batch"
            "$bin/sqlite-append" "$rounds/ours.db" "$rounds/log.db" "$batch" "$SECS" log >>"$rounds/log.$batch"
            "$bin/sqlite-append" "$rounds/ours.db" "$rounds/bare.db" "$batch" "$SECS" bare >>"$rounds/bare.$batch"
            rm -f "$rounds"/*.db*
            "$bin/LedgerBenchmark" callers "$rounds/ours.db" "$batch" "$SECS" >>"$rounds/callers.$batch"
            rm -f "$rounds"/*.db*
        done
    done
    table "appended events/s" "batch" ours p50_us p99_us "N callers" C-hash-head C-bare ratio
    for batch in 1 8 64 512; do report_appends "$rounds" "$batch"; done
}

report_appends() {
    local ours limit bare callers ratio verdict=
    column() { cut -f"$2" "$1" | median; }
    ours=$(column "$1/ours.$2" 1) limit=$(column "$1/log.$2" 1) bare=$(column "$1/bare.$2" 1)
    callers=$(column "$1/callers.$2" 1)
    ratio=$(quotient "$ours" "$limit")
    case $2 in
    1) judge "$ratio" '>=' 0.80 ;;
    64 | 512) judge "$ratio" '>=' 0.60 ;;
    esac
    table C-sqlite "$2" "$ours" "$(column "$1/ours.$2" 3)" "$(column "$1/ours.$2" 4)" "$callers" "$limit" "$bare" \
        "$ratio $verdict"
}
