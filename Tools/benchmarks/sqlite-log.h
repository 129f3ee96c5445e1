/* sqlite-log.h - what the C programs share: the leaf hash and the tree of RFC 6962 (section 2.1), timing, errors. */
#include <openssl/evp.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define HASH 32

static sqlite3 *db;
static EVP_MD *sha256;
static EVP_MD_CTX *hasher;

static double now(void) { struct timespec t; clock_gettime(CLOCK_MONOTONIC, &t); return t.tv_sec + t.tv_nsec / 1e9; }
static void die(const char *what) { fprintf(stderr, "%s: %s\n", what, db ? sqlite3_errmsg(db) : ""); exit(1); }
static inline void run(const char *sql) { if (sqlite3_exec(db, sql, 0, 0, 0)) die(sql); }
static sqlite3_stmt *prepare(const char *sql) {
    sqlite3_stmt *s;
    if (sqlite3_prepare_v3(db, sql, -1, SQLITE_PREPARE_PERSISTENT, &s, 0)) die(sql);
    return s;
}

static void start_hashing(void) {
    sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
    hasher = EVP_MD_CTX_new();
    if (!sha256 || !hasher || !EVP_DigestInit_ex2(hasher, sha256, NULL)) die("sha256");
}
static void hash(unsigned char first, const void *a, size_t n, const void *b, size_t m, unsigned char *out) {
    EVP_DigestInit_ex2(hasher, NULL, NULL);
    EVP_DigestUpdate(hasher, &first, 1);
    EVP_DigestUpdate(hasher, a, n);
    if (m) EVP_DigestUpdate(hasher, b, m);
    EVP_DigestFinal_ex(hasher, out, NULL);
}

/* The roots of the perfect subtrees, largest first. */
static unsigned char edge[64][HASH];
static int edges;
static long long leaves;

static void grow(const unsigned char *leaf) {
    memcpy(edge[edges++], leaf, HASH);
    for (long long n = leaves++; n & 1; n >>= 1, edges--) hash(1, edge[edges - 2], HASH, edge[edges - 1], HASH, edge[edges - 2]);
}
static void root_of_tree(unsigned char *root) {
    if (!edges) { EVP_Digest("", 0, root, NULL, sha256, NULL); return; }
    memcpy(root, edge[edges - 1], HASH);
    for (int i = edges - 2; i >= 0; i--) hash(1, edge[i], HASH, root, HASH, root);
}
