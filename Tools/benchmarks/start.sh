# A service on a ledger of a million token events: how soon it is ready, how much memory it holds, and whether a token
# takes longer than with an empty ledger.

measure_start() {
    local tail=$work/large-killed verdict
    large_ledger
    # What a kill leaves at worst: everything since the newest snapshot has to be folded again.
    cp -r "$large" "$tail"
    "$bin/LedgerBenchmark" fill "$tail/ledger.db" 65000 2 >/dev/null

    table "start" "case" median limit
    measure_ready "after a stop" "$large"
    measure_ready "after a kill" "$tail"
    rm -rf "$tail"
    measure_latency
}

measure_ready() {
    local round port started
    : >"$work/ready" && : >"$work/resident"
    for round in $(seq "$ROUNDS"); do
        note "start $1: round $round of $ROUNDS"
        rm -rf "$work/started" && cp -r "$2" "$work/started"
        port=$(free_port)
        started=$(seconds)
        start_service "$work/started" "$port" "$large_base"
        awk -v a="$started" -v b="$(seconds)" 'BEGIN { printf "%.3f\n", b - a }' >>"$work/ready"
        resident_megabytes "$service" >>"$work/resident"
        echo >>"$work/resident"
        # A kill is the end that keeps the copy as it was.
        kill -KILL "$service" && wait "$service" 2>/dev/null || true
    done
    judge "$(median <"$work/ready")" '<' 1
    table "ready, seconds" "$1" "$(median <"$work/ready")" "< 1 $verdict"
    judge "$(grep . "$work/resident" | median)" '<' 150
    table "resident, MB" "$1" "$(grep . "$work/resident" | median)" "< 150 $verdict"
}

# One connection, in turn on both ledgers, seven rounds at least.
measure_latency() {
    local round kind rounds=$((ROUNDS > 7 ? ROUNDS : 7)) ratio
    local -A base_of service_of
    start_service "$empty" "$(free_port)" "$large_base"
    base_of[empty]=$base service_of[empty]=$service
    start_service "$large" "$(free_port)" "$large_base"
    base_of[large]=$base service_of[large]=$service
    for kind in empty large; do
        base=${base_of[$kind]} service=${service_of[$kind]}
        load 8 2 >/dev/null # everybody has an account now, in both
    done
    for round in $(seq "$rounds"); do
        note "latency: round $round of $rounds"
        for kind in empty large; do
            base=${base_of[$kind]} service=${service_of[$kind]}
            load 1 "$SECS" | cut -f2 >>"$work/latency.$kind"
        done
    done
    judge "$(resident_megabytes "${service_of[large]}")" '<' 150
    table "resident, MB" "after the grants" "$(resident_megabytes "${service_of[large]}")" "< 150 $verdict"
    end "${service_of[empty]}"
    end "${service_of[large]}"
    ratio=$(quotient "$(median <"$work/latency.large")" "$(median <"$work/latency.empty")")
    judge "$ratio" '<=' 1.15
    table "p50 of a grant, ms" "empty ledger" "$(median <"$work/latency.empty")" -
    table "p50 of a grant, ms" "$EVENTS events" "$(median <"$work/latency.large")" "${ratio}x <= 1.15 $verdict"
}
