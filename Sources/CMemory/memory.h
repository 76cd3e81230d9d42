// The C library's memory functions, the same on every platform we run on.
//
// Swift's own allocation traps when there is no memory; a server answers that instead, so what the
// network can make grow is allocated with these (see HTTPCodec/Octets/OctetBuffer.swift).
#pragma once

typedef __SIZE_TYPE__ size_t;

void *_Nullable realloc(void *_Nullable, size_t);
void *_Nullable calloc(size_t, size_t);
void *_Nullable malloc(size_t);
void free(void *_Nullable);
void *_Nonnull memcpy(void *_Nonnull, const void *_Nonnull, size_t);
void *_Nonnull memmove(void *_Nonnull, const void *_Nonnull, size_t);
int memcmp(const void *_Nonnull, const void *_Nonnull, size_t);

#ifdef __wasm__
extern unsigned char __heap_base;

// Where the linker has put the end of the data.
static inline unsigned long heap_base(void) { return (unsigned long)&__heap_base; }

// Adds pages of 64 KiB; returns how many there were, or the largest number when there can be no more.
static inline unsigned long memory_grow(unsigned long pages) { return __builtin_wasm_memory_grow(0, pages); }
#endif
