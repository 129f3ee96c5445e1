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
#include <openssl/x509.h>

/* What Swift cannot import: macros over variadic functions, and macros that combine others. */

static inline EVP_PKEY *ledger_generate_p256(void) { return EVP_EC_gen("P-256"); }

static inline EVP_PKEY *ledger_generate_rsa(unsigned bits) { return EVP_RSA_gen(bits); }

static inline EVP_PKEY *ledger_generate_ed25519(void) { return EVP_PKEY_Q_keygen(NULL, NULL, "ED25519"); }

static inline int ledger_select_public_key(void) { return EVP_PKEY_PUBLIC_KEY; }

#endif
