/* sqlite-verify.c - the limit of verifying: reads every event of a ledger, hashes it, compares, folds the tree.
 * Build: gcc -O2 -o sqlite-verify sqlite-verify.c -lsqlite3 -lcrypto
 * Run:   sqlite-verify LEDGER
 * Prints events/s and the number of events, separated by a tab; ends with 1 when the root is not the head's. */
#include "sqlite-log.h"

int main(int argc, char **argv) {
    unsigned char leaf[HASH], root[HASH];
    if (argc != 2) { fprintf(stderr, "usage: sqlite-verify LEDGER\n"); return 2; }
    double start = now();
    start_hashing();
    if (sqlite3_open_v2(argv[1], &db, SQLITE_OPEN_READONLY, 0)) die("open");
    sqlite3_stmt *s = prepare("SELECT position, leaf_hash, body FROM event ORDER BY position");
    while (sqlite3_step(s) == SQLITE_ROW) {
        hash(0, sqlite3_column_blob(s, 2), (size_t)sqlite3_column_bytes(s, 2), NULL, 0, leaf);
        if (sqlite3_column_int64(s, 0) != leaves || sqlite3_column_bytes(s, 1) != HASH || memcmp(sqlite3_column_blob(s, 1), leaf, HASH)) {
            fprintf(stderr, "event %lld is not what its hash says\n", leaves);
            return 1;
        }
        grow(leaf);
    }
    root_of_tree(root);
    sqlite3_stmt *head = prepare("SELECT size, root FROM head");
    if (sqlite3_step(head) != SQLITE_ROW || sqlite3_column_int64(head, 0) != leaves || memcmp(sqlite3_column_blob(head, 1), root, HASH)) {
        fprintf(stderr, "the tree is not the head's\n");
        return 1;
    }
    printf("%.0f\t%lld\n", leaves / (now() - start), leaves);
    return 0;
}
