// Files that are embedded in a program, as the plugin EmbedAssets writes them (Sources/embed-assets).
#pragma once

// Octets that are part of the program.
struct http_asset_octets {
  const unsigned char *_Nonnull start;
  __SIZE_TYPE__ count;
};

struct http_asset {
  // Where the file is in the folder, with a slash before it.
  struct http_asset_octets path;
  struct http_asset_octets content_type;
  // Hexadecimal digits.
  struct http_asset_octets hash;
  struct http_asset_octets content;
  // The content as gzip; without octets where there is none.
  struct http_asset_octets gzip;
  _Bool is_immutable;
};

struct http_asset_table {
  __SIZE_TYPE__ count;
  // In the order of the octets of their paths.
  const struct http_asset *_Nonnull assets;
};

#ifdef __wasm__
// A module that asks for its files and has none does not link: the target with the folder, or what it needs in the
// manifest, was forgotten (docs/building.md).
#define HTTP_ASSETS_MAY_BE_MISSING
#else
// Native linkers want what is named in code that nothing calls: in tests, for example.
#define HTTP_ASSETS_MAY_BE_MISSING __attribute__((weak))
#endif

// The table of the program. The number is that of this layout.
extern const struct http_asset_table http_assets_1 HTTP_ASSETS_MAY_BE_MISSING;

static inline const struct http_asset_table *_Nullable http_assets(void) { return &http_assets_1; }
