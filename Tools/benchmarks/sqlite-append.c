/* sqlite-append.c - the limit of appending: what C makes of SQLite with the events of a ledger.
 * Build: gcc -O2 -o sqlite-append sqlite-append.c -lsqlite3 -lcrypto
 * Run:   sqlite-append LEDGER FILE BATCH SECONDS log|bare
 *            takes the bodies of LEDGER's events and appends them to FILE, BATCH per commit, with the ledger's pragmas.
 *            log: leaf hash, event row, right edge, root and head row, as the store does; bare: the event row alone
 * Prints events/s, commits/s, p50 and p99 of a commit in us, separated by tabs. */
#include "sqlite-log.h"

#define BODIES 4096
static struct { unsigned char *bytes; int count; } bodies[BODIES];

static int ascending(const void *a, const void *b) { double x = *(double *)a, y = *(double *)b; return (x > y) - (x < y); }

static int load(const char *path) {
    int n = 0;
    if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, 0)) die("open");
    sqlite3_stmt *s = prepare("SELECT body FROM event ORDER BY position LIMIT 4097");
    sqlite3_step(s); /* the first one is of another kind */
    while (n < BODIES && sqlite3_step(s) == SQLITE_ROW) {
        bodies[n].count = sqlite3_column_bytes(s, 0);
        bodies[n].bytes = malloc((size_t)bodies[n].count);
        memcpy(bodies[n].bytes, sqlite3_column_blob(s, 0), (size_t)bodies[n].count);
        n++;
    }
    sqlite3_finalize(s);
    sqlite3_close(db);
    return n;
}

int main(int argc, char **argv) {
    if (argc != 6) { fprintf(stderr, "usage: see the top of the source\n"); return 2; }
    int count = load(argv[1]), batch = atoi(argv[3]), is_log = !strcmp(argv[5], "log");
    double seconds = atof(argv[4]);
    if (!count || batch < 1) { fprintf(stderr, "no events in %s\n", argv[1]); return 1; }
    start_hashing();
    if (sqlite3_open(argv[2], &db)) die("open");
    run("PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; PRAGMA mmap_size = 0;"
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA journal_size_limit = 67108864; PRAGMA cache_size = -16000;"
        "CREATE TABLE event (position INTEGER PRIMARY KEY, leaf_hash BLOB NOT NULL, body BLOB NOT NULL) STRICT;"
        "CREATE TABLE head (id INTEGER PRIMARY KEY, size INTEGER NOT NULL, root BLOB NOT NULL, edge BLOB NOT NULL) STRICT;"
        "INSERT INTO head VALUES (1, 0, x'00', x'00')");
    sqlite3_stmt *begin = prepare("BEGIN IMMEDIATE"), *commit = prepare("COMMIT"),
                 *event = prepare("INSERT INTO event (position, leaf_hash, body) VALUES (?1, ?2, ?3)"),
                 *head = prepare("UPDATE head SET size = ?1, root = ?2, edge = ?3 WHERE id = 1");
    long long n = 0, commits = 0, room = 1 << 16;
    double *took = malloc((size_t)room * sizeof *took), start = now(), t = start;
    unsigned char leaf[HASH] = {0}, root[HASH];
    while (t - start < seconds) {
        double before = t;
        if (sqlite3_step(begin) != SQLITE_DONE) die("begin");
        sqlite3_reset(begin);
        for (int i = 0; i < batch; i++, n++) {
            const unsigned char *body = bodies[n % count].bytes;
            int length = bodies[n % count].count;
            if (is_log) { hash(0, body, (size_t)length, NULL, 0, leaf); grow(leaf); }
            sqlite3_bind_int64(event, 1, n);
            sqlite3_bind_blob(event, 2, leaf, HASH, SQLITE_STATIC);
            sqlite3_bind_blob(event, 3, body, length, SQLITE_STATIC);
            if (sqlite3_step(event) != SQLITE_DONE) die("insert");
            sqlite3_reset(event);
        }
        if (is_log) {
            root_of_tree(root);
            sqlite3_bind_int64(head, 1, n);
            sqlite3_bind_blob(head, 2, root, HASH, SQLITE_STATIC);
            sqlite3_bind_blob(head, 3, edge, edges * HASH, SQLITE_STATIC);
            if (sqlite3_step(head) != SQLITE_DONE) die("head");
            sqlite3_reset(head);
        }
        if (sqlite3_step(commit) != SQLITE_DONE) die("commit");
        sqlite3_reset(commit);
        t = now();
        if (commits == room) took = realloc(took, (size_t)(room *= 2) * sizeof *took);
        took[commits++] = t - before;
    }
    qsort(took, (size_t)commits, sizeof *took, ascending);
    printf("%.0f\t%.0f\t%.0f\t%.0f\n", n / (t - start), commits / (t - start), took[commits / 2] * 1e6, took[commits * 99 / 100] * 1e6);
    return 0;
}
