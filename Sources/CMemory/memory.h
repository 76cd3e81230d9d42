// The C library's memory functions, the same on every platform we run on.
//
// Swift's own allocation traps when there is no memory; a server answers that instead, so what the
// network can make grow is allocated with these (see HTTPCodec/OctetBuffer.swift).
#pragma once

typedef __SIZE_TYPE__ size_t;

void *_Nullable realloc(void *_Nullable, size_t);
void *_Nullable calloc(size_t, size_t);
void free(void *_Nullable);
void *_Nonnull memcpy(void *_Nonnull, const void *_Nonnull, size_t);
void *_Nonnull memmove(void *_Nonnull, const void *_Nonnull, size_t);
int memcmp(const void *_Nonnull, const void *_Nonnull, size_t);
