#ifndef COPENSSLTLS_SHIM_H
#define COPENSSLTLS_SHIM_H

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <time.h>

/* What Swift cannot call or see: function-like macros, and constants that are casts. */

static inline int ledger_tls_set_minimum(SSL_CTX *context, int version) {
    return SSL_CTX_set_min_proto_version(context, version);
}

static inline void ledger_tls_set_mode(SSL_CTX *context, long mode) { SSL_CTX_set_mode(context, mode); }

static inline void ledger_tls_keep_no_sessions(SSL_CTX *context) {
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
}

static inline uint64_t ledger_tls_no_tickets(void) { return SSL_OP_NO_TICKET; }

/* Compression leaks lengths, renegotiation has cost every library a hole, and what was read must not lie about. */
static inline uint64_t ledger_tls_options(void) {
    return SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_CLEANSE_PLAINTEXT;
}

/* Whether the newest error says that a private key is not the certificate's. */
static inline int ledger_tls_key_mismatches(void) {
    return ERR_GET_REASON(ERR_peek_last_error()) == X509_R_KEY_VALUES_MISMATCH;
}

/* Seconds since 1970 of the end of a certificate's life; -1 when it cannot be told. */
static inline int64_t ledger_certificate_end(const X509 *certificate) {
    struct tm parts;
    if (ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &parts) != 1) return -1;
    return (int64_t)timegm(&parts);
}

#endif
