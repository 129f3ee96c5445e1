#ifndef CCURL_SHIM_H
#define CCURL_SHIM_H

#include <curl/curl.h>
#include <malloc.h>
#include <openssl/ssl.h>
#include <stdlib.h>
#include <string.h>

/* libcurl copies request bodies, and so passwords, into buffers of its own. These allocators wipe what they free. */

static inline void ccurl_wiping_free(void *memory) {
    if (memory == NULL) return;
    explicit_bzero(memory, malloc_usable_size(memory));
    free(memory);
}

static inline void *ccurl_wiping_realloc(void *old, size_t size) {
    if (old == NULL) return malloc(size);
    void *new = malloc(size);
    if (new == NULL) return NULL;
    size_t kept = malloc_usable_size(old);
    memcpy(new, old, kept < size ? kept : size);
    ccurl_wiping_free(old);
    return new;
}

static inline CURLcode ccurl_global_init_wiping(void) {
    return curl_global_init_mem(
        CURL_GLOBAL_DEFAULT, malloc, ccurl_wiping_free, ccurl_wiping_realloc, strdup, calloc);
}

/* curl_easy_setopt and its kin are variadic, which Swift cannot call: one function per type of argument. */

static inline CURLcode ccurl_set_long(CURL *handle, CURLoption option, long value) {
    return curl_easy_setopt(handle, option, value);
}
static inline CURLcode ccurl_set_offset(CURL *handle, CURLoption option, curl_off_t value) {
    return curl_easy_setopt(handle, option, value);
}
static inline CURLcode ccurl_set_text(CURL *handle, CURLoption option, const char *value) {
    return curl_easy_setopt(handle, option, value);
}
static inline CURLcode ccurl_set_pointer(CURL *handle, CURLoption option, const void *value) {
    return curl_easy_setopt(handle, option, value);
}
static inline CURLcode ccurl_set_list(CURL *handle, CURLoption option, struct curl_slist *value) {
    return curl_easy_setopt(handle, option, value);
}
/* libcurl keeps a copy of the bytes. */
static inline CURLcode ccurl_set_blob(CURL *handle, CURLoption option, const void *bytes, size_t count) {
    struct curl_blob blob = {(void *)bytes, count, CURL_BLOB_COPY};
    return curl_easy_setopt(handle, option, &blob);
}

typedef size_t (*ccurl_data_callback)(char *, size_t, size_t, void *);
typedef int (*ccurl_close_callback)(void *, curl_socket_t);

static inline CURLcode ccurl_set_data_callback(CURL *handle, CURLoption option, ccurl_data_callback callback) {
    return curl_easy_setopt(handle, option, callback);
}
static inline CURLcode ccurl_set_open_callback(CURL *handle, curl_opensocket_callback callback) {
    return curl_easy_setopt(handle, CURLOPT_OPENSOCKETFUNCTION, callback);
}
static inline CURLcode ccurl_set_close_callback(CURL *handle, ccurl_close_callback callback) {
    return curl_easy_setopt(handle, CURLOPT_CLOSESOCKETFUNCTION, callback);
}
static inline CURLcode ccurl_set_prerequest_callback(CURL *handle, curl_prereq_callback callback) {
    return curl_easy_setopt(handle, CURLOPT_PREREQFUNCTION, callback);
}

static inline CURLMcode ccurl_multi_set_long(CURLM *multi, CURLMoption option, long value) {
    return curl_multi_setopt(multi, option, value);
}
static inline CURLMcode ccurl_multi_set_callbacks(
    CURLM *multi, curl_socket_callback socket, curl_multi_timer_callback timer, void *context) {
    CURLMcode result = curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, socket);
    if (result == CURLM_OK) result = curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, context);
    if (result == CURLM_OK) result = curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, timer);
    if (result == CURLM_OK) result = curl_multi_setopt(multi, CURLMOPT_TIMERDATA, context);
    return result;
}
static inline CURLSHcode ccurl_share_connections(CURLSH *share) {
    return curl_share_setopt(share, CURLSHOPT_SHARE, CURL_LOCK_DATA_CONNECT);
}

/* CURLMsg holds its result in an anonymous union. */
static inline CURLcode ccurl_message_result(const CURLMsg *message) {
    return message->data.result;
}

/* The address may be longer than its declared type. */
static inline const struct sockaddr *ccurl_address(const struct curl_sockaddr *address) {
    return &address->addr;
}

/*
 * Whether TLS holds bytes of the connection in use that nobody has read: 0 no (or no TLS), 1 yes or unknown.
 * poll(2) does not see them: they have left the socket.
 */
static inline int ccurl_tls_has_unread_bytes(CURL *handle) {
    struct curl_tlssessioninfo *session = NULL;
    if (curl_easy_getinfo(handle, CURLINFO_TLS_SSL_PTR, &session) != CURLE_OK || session == NULL) return 1;
    if (session->internals == NULL) return 0;
    if (session->backend != CURLSSLBACKEND_OPENSSL) return 1;
    return SSL_has_pending((const SSL *)session->internals);
}

#endif
