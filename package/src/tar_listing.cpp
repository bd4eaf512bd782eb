#include "hoist/package/tar_listing.hpp"

#include "tar_header.hpp"

namespace hoist::package {
namespace {

/// Reads headers and skips bodies, from a whole archive in memory.
class Lister {
 public:
  Lister(std::string_view bytes, const TarLimits& limits) : bytes_(bytes), limits_(limits) {}

  Result<std::vector<TarListEntry>> run() {
    while (bytes_.size() - at_ >= kTarBlock) {
      const auto block = bytes_.substr(at_, kTarBlock);
      at_ += kTarBlock;
      if (is_null_block(block)) break;
      HOIST_TRY(TarHeader header, parse_tar_header(block));
      HOIST_CHECK(add(header));
    }
    return std::move(entries_);
  }

 private:
  Result<void> add(TarHeader& header) {
    const bool meta = header.type == 'x' || header.type == 'g' || header.type == 'L' || header.type == 'K';
    if (!meta && next_size_) header.size = *next_size_;
    if (header.size > bytes_.size() - at_) return fail("EBADTAR", "the archive ends in the middle of an entry");
    const auto body = bytes_.substr(at_, header.size);
    at_ = std::min(bytes_.size(), at_ + (header.size + kTarBlock - 1) / kTarBlock * kTarBlock);
    if (meta) return read_meta(header.type, body);
    if (entries_.size() >= limits_.max_entries) return fail("ETARENTRIES", "the archive has too many entries");
    entries_.push_back({next_path_ ? *next_path_ : header.path, header.type == '5' ? 0 : header.size, header.mode});
    next_path_.reset();
    next_size_.reset();
    return {};
  }

  Result<void> read_meta(char type, std::string_view body) {
    if (type == 'L') next_path_ = std::string(body.substr(0, body.find('\0')));
    if (type != 'x') return {};
    HOIST_TRY(const auto fields, parse_pax(body));
    if (fields.path) next_path_ = fields.path;
    next_size_ = fields.size;
    return {};
  }

  std::string_view bytes_;
  const TarLimits& limits_;
  std::size_t at_ = 0;
  std::optional<std::string> next_path_;
  std::optional<std::uint64_t> next_size_;
  std::vector<TarListEntry> entries_;
};

}  // namespace

Result<std::vector<TarListEntry>> list_tarball(std::string_view bytes, const TarLimits& limits) {
  if (!is_gzip(bytes)) return Lister(bytes, limits).run();
  HOIST_TRY(const auto tar, gunzip(bytes, {.max_output = limits.max_total}));
  return Lister(tar, limits).run();
}

}  // namespace hoist::package
