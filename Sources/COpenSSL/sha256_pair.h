#ifndef COPENSSL_SHA256_PAIR_H
#define COPENSSL_SHA256_PAIR_H

/* The leaf hashes of RFC 6962 (section 2.1) of two byte strings at once.
 *
 * A processor's SHA instructions wait for their own results most of the time. Two messages in turns take little longer
 * than one, where the library hashes one after the other. It computes the blocks that both have; all else, and
 * everything on other processors, is the library's. */

#include <openssl/sha.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"

#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>

#define LEDGER_SHA __attribute__((target("sha,sse4.1")))

static inline int ledger_sha256_has_pairs(void) {
    unsigned a, b, c, d;
    if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & bit_SSE4_1)) return 0;
    return __get_cpuid_count(7, 0, &a, &b, &c, &d) && (b & bit_SHA);
}

/* The state in the order that the instructions want: words A B E F and C D G H, from high to low. */
typedef struct {
    __m128i abef, cdgh;
} ledger_sha256_lane;

LEDGER_SHA static inline ledger_sha256_lane ledger_sha256_load(const SHA_LONG *h) {
    __m128i badc = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *)h), 0xB1);
    __m128i hgfe = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *)(h + 4)), 0x1B);
    ledger_sha256_lane lane = {_mm_alignr_epi8(badc, hgfe, 8), _mm_blend_epi16(hgfe, badc, 0xF0)};
    return lane;
}

LEDGER_SHA static inline void ledger_sha256_store(SHA_LONG *h, ledger_sha256_lane lane) {
    __m128i feba = _mm_shuffle_epi32(lane.abef, 0x1B);
    __m128i dchg = _mm_shuffle_epi32(lane.cdgh, 0xB1);
    _mm_storeu_si128((__m128i *)h, _mm_blend_epi16(feba, dchg, 0xF0));
    _mm_storeu_si128((__m128i *)(h + 4), _mm_alignr_epi8(dchg, feba, 8));
}

/* Four rounds, whose words of the schedule w and constants are added up in wk. */
LEDGER_SHA static inline void ledger_sha256_rounds(ledger_sha256_lane *lane, __m128i wk) {
    lane->cdgh = _mm_sha256rnds2_epu32(lane->cdgh, lane->abef, wk);
    lane->abef = _mm_sha256rnds2_epu32(lane->abef, lane->cdgh, _mm_shuffle_epi32(wk, 0x0E));
}

/* The next four words of the schedule from the sixteen before, of which w0 are the oldest. */
LEDGER_SHA static inline __m128i ledger_sha256_schedule(__m128i w0, __m128i w1, __m128i w2, __m128i w3) {
    __m128i sum = _mm_add_epi32(_mm_sha256msg1_epu32(w0, w1), _mm_alignr_epi8(w3, w2, 4));
    return _mm_sha256msg2_epu32(sum, w3);
}

/* FIPS 180-4, section 6.2.2, on so many blocks of 64 bytes of two messages. */
LEDGER_SHA static inline void ledger_sha256_pair_blocks(
    SHA_LONG *first_state, const uint8_t *first, SHA_LONG *second_state, const uint8_t *second, size_t blocks) {
    static const uint32_t constants[64] = {
        0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
        0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
        0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
        0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
        0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
        0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
        0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
        0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
    };
    const __m128i big_endian = _mm_set_epi64x(0x0c0d0e0f08090a0bULL, 0x0405060700010203ULL);
    ledger_sha256_lane a = ledger_sha256_load(first_state), b = ledger_sha256_load(second_state);
    for (; blocks > 0; blocks--, first += 64, second += 64) {
        const ledger_sha256_lane a_before = a, b_before = b;
        __m128i v[4], w[4];
        for (int i = 0; i < 4; i++) {
            v[i] = _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)(first + 16 * i)), big_endian);
            w[i] = _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)(second + 16 * i)), big_endian);
        }
#pragma unroll
        for (int i = 0; i < 16; i++) {
            __m128i k = _mm_loadu_si128((const __m128i *)(constants + 4 * i));
            ledger_sha256_rounds(&a, _mm_add_epi32(v[i & 3], k));
            ledger_sha256_rounds(&b, _mm_add_epi32(w[i & 3], k));
            if (i < 12) {
                v[i & 3] = ledger_sha256_schedule(v[i & 3], v[(i + 1) & 3], v[(i + 2) & 3], v[(i + 3) & 3]);
                w[i & 3] = ledger_sha256_schedule(w[i & 3], w[(i + 1) & 3], w[(i + 2) & 3], w[(i + 3) & 3]);
            }
        }
        a.abef = _mm_add_epi32(a.abef, a_before.abef);
        a.cdgh = _mm_add_epi32(a.cdgh, a_before.cdgh);
        b.abef = _mm_add_epi32(b.abef, b_before.abef);
        b.cdgh = _mm_add_epi32(b.cdgh, b_before.cdgh);
    }
    ledger_sha256_store(first_state, a);
    ledger_sha256_store(second_state, b);
}

#undef LEDGER_SHA
#else
static inline int ledger_sha256_has_pairs(void) { return 0; }

static inline void ledger_sha256_pair_blocks(
    SHA_LONG *first_state, const uint8_t *first, SHA_LONG *second_state, const uint8_t *second, size_t blocks) {}
#endif

/* The rest of a leaf of which `done` bytes, with the prefix, were hashed in whole blocks. */
static inline void ledger_sha256_leaf_rest(
    SHA256_CTX *context, const uint8_t *leaf, size_t length, size_t done, unsigned char *digest) {
    if (done == 0) {
        SHA256_Update(context, "\0", 1);
        SHA256_Update(context, leaf, length);
    } else {
        context->Nl = (SHA_LONG)(done << 3);
        context->Nh = (SHA_LONG)(done >> 29);
        SHA256_Update(context, leaf + done - 1, length - (done - 1));
    }
    SHA256_Final(digest, context);
}

/* SHA-256(0x00 || leaf) of two leaves. `has_pairs` is what ledger_sha256_has_pairs says. */
static inline void ledger_sha256_leaf_pair(
    int has_pairs, const uint8_t *first, size_t first_length, unsigned char *first_digest, const uint8_t *second,
    size_t second_length, unsigned char *second_digest) {
    SHA256_CTX a, b;
    SHA256_Init(&a);
    SHA256_Init(&b);
    size_t shorter = first_length < second_length ? first_length : second_length;
    size_t done = 0;
    if (has_pairs && shorter >= 63) {
        uint8_t heads[2][64] = {{0}, {0}};
        memcpy(heads[0] + 1, first, 63);
        memcpy(heads[1] + 1, second, 63);
        ledger_sha256_pair_blocks(a.h, heads[0], b.h, heads[1], 1);
        ledger_sha256_pair_blocks(a.h, first + 63, b.h, second + 63, (shorter - 63) / 64);
        done = 64 + (shorter - 63) / 64 * 64;
    }
    ledger_sha256_leaf_rest(&a, first, first_length, done, first_digest);
    ledger_sha256_leaf_rest(&b, second, second_length, done, second_digest);
}

#pragma GCC diagnostic pop

#endif
