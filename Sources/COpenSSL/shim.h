#ifndef COPENSSL_SHIM_H
#define COPENSSL_SHIM_H

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <openssl/sha.h>
#include <openssl/x509.h>

/* What Swift cannot call: macros over variadic functions, and macros that combine others. */

static inline EVP_PKEY *ledger_generate_p256(void) { return EVP_EC_gen("P-256"); }

static inline EVP_PKEY *ledger_generate_rsa(unsigned bits) { return EVP_RSA_gen(bits); }

static inline EVP_PKEY *ledger_generate_ed25519(void) { return EVP_PKEY_Q_keygen(NULL, NULL, "ED25519"); }

static inline int ledger_select_public_key(void) { return EVP_PKEY_PUBLIC_KEY; }

/* A parameter keeps the address of its name; a Swift string's is gone after the call. The library reads the values only. */

static inline OSSL_PARAM ledger_digest_parameter(const char *name) {
    return OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, (char *)name, 0);
}

static inline OSSL_PARAM ledger_group_parameter(const char *name) {
    return OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, (char *)name, 0);
}

static inline OSSL_PARAM ledger_point_parameter(const void *point, size_t length) {
    return OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, (void *)point, length);
}

static inline OSSL_PARAM ledger_modulus_parameter(const unsigned char *number, size_t length) {
    return OSSL_PARAM_construct_BN(OSSL_PKEY_PARAM_RSA_N, (unsigned char *)number, length);
}

static inline OSSL_PARAM ledger_exponent_parameter(const unsigned char *number, size_t length) {
    return OSSL_PARAM_construct_BN(OSSL_PKEY_PARAM_RSA_E, (unsigned char *)number, length);
}

/* SHA-256 without EVP, which allocates anew for every digest (OpenSSL 3.0): for the short values of a Merkle tree that
 * takes as long as the hashing. The library keeps these functions, of which EVP's own are made, but calls them deprecated.
 * They cannot fail. */

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"

static inline void ledger_sha256_start(SHA256_CTX *context) { SHA256_Init(context); }

static inline void ledger_sha256_update(SHA256_CTX *context, const void *bytes, size_t length) {
    SHA256_Update(context, bytes, length);
}

static inline void ledger_sha256_finish(SHA256_CTX *context, unsigned char *digest) { SHA256_Final(digest, context); }

#pragma GCC diagnostic pop

#endif
