#include "hoist/package/tar_writer.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include "tar_header.hpp"

namespace hoist::package {
namespace {

constexpr std::uint64_t kTime = 499162500;  // 1985-10-26T08:15:00Z: zip cannot hold earlier years
constexpr std::uint64_t kMaxSize = 077777777777;
constexpr std::size_t kNameSize = 100, kPrefixSize = 155;

bool is_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

/// The first `count` UTF-16 units of the text, as JavaScript's slice.
std::string_view slice_units(std::string_view text, std::size_t count) {
  std::size_t i = 0;
  for (std::size_t units = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 1;
    units += length == 4 ? 2 : 1;
    if (units > count) break;
    i += length;
  }
  return text.substr(0, std::min(i, text.size()));
}

std::string_view base_of(std::string_view path) {
  const auto slash = path.rfind('/');
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

std::string_view folder_of(std::string_view path) {
  const auto slash = path.rfind('/');
  return slash == std::string_view::npos ? std::string_view(".") : path.substr(0, slash);
}

struct SplitPath {
  std::string name;
  std::string prefix;
  bool truncated = false;
};

/// A long path goes into two fields, cut at a slash.
SplitPath split_path(std::string_view path) {
  if (path.size() < kNameSize) return {std::string(path), {}};
  std::string prefix(folder_of(path)), name(base_of(path));
  do {
    if (prefix.size() <= kPrefixSize && name.size() <= kNameSize) return {name, prefix};
    if (prefix.size() <= kPrefixSize) return {std::string(slice_units(name, kNameSize - 1)), prefix, true};
    name = std::string(base_of(prefix)) + '/' + name;
    prefix = folder_of(prefix);
  } while (prefix != ".");
  return {std::string(slice_units(path, kNameSize - 1)), {}, true};
}

class HeaderBlock {
 public:
  HeaderBlock() { block_.fill(0); }

  void number(std::size_t at, std::size_t size, std::uint64_t value) {
    std::string digits = fmt::format("{:o}", value);
    if (digits.size() < size - 1) digits = std::string(size - 2 - digits.size(), '0') + digits + ' ';
    std::memcpy(block_.data() + at, digits.data(), digits.size());
  }
  /// False when the text does not fit as it is. A character is never written in part.
  bool text(std::size_t at, std::size_t size, std::string_view value) {
    std::size_t used = std::min(size, value.size());
    while (used > 0 && used < value.size() && (static_cast<unsigned char>(value[used]) & 0xC0U) == 0x80) --used;
    std::ranges::copy(value.substr(0, used), block_.begin() + static_cast<std::ptrdiff_t>(at));  // may be empty
    return value.size() <= size && is_ascii(value);
  }
  void byte(std::size_t at, char value) { block_.at(at) = value; }
  void checksum() {
    std::uint64_t sum = 8ULL * ' ';
    for (const char c : block_) sum += static_cast<unsigned char>(c);
    number(148, 8, sum);
  }
  [[nodiscard]] std::string_view bytes() const { return {block_.data(), block_.size()}; }

 private:
  std::array<char, kTarBlock> block_;
};

/// Fills a header; true when a pax header has to say what it could not.
bool fill(HeaderBlock& block, std::string_view path, std::uint32_t mode, std::uint64_t size, char type,
          std::string_view link) {
  const auto split = split_path(path);
  bool fits = !split.truncated;
  fits = block.text(0, kNameSize, split.name) && fits;
  block.number(100, 8, mode);
  block.number(124, 12, size);
  block.number(136, 12, kTime);
  block.byte(156, type);
  fits = block.text(157, kNameSize, link) && fits;
  block.text(257, 8, std::string_view("ustar\00000", 8));
  block.number(329, 8, 0);
  block.number(337, 8, 0);
  fits = block.text(345, kPrefixSize, split.prefix) && fits;
  block.checksum();
  return !fits;
}

/// `<length> <key>=<value>\n`, the length counting itself.
std::string pax_record(std::string_view key, std::string_view value) {
  const std::string rest = fmt::format(" {}={}\n", key, value);
  std::size_t digits = std::to_string(rest.size()).size();
  if (std::to_string(rest.size() + digits).size() > digits) ++digits;
  return std::to_string(rest.size() + digits) + rest;
}

void pad(std::string& bytes) { bytes.append((kTarBlock - bytes.size() % kTarBlock) % kTarBlock, '\0'); }

}  // namespace

void TarWriter::add_header(std::string_view path, std::uint32_t mode, std::uint64_t size, char type,
                           std::string_view target) {
  HeaderBlock block;
  if (fill(block, path, mode, size, type, target)) {
    std::string records = pax_record("path", path);
    if (!target.empty()) records += pax_record("linkpath", target);
    records += pax_record("mtime", std::to_string(kTime));
    records += pax_record("size", std::to_string(size));
    HeaderBlock pax;
    fill(pax, slice_units("PaxHeader/" + std::string(base_of(path)), kNameSize - 1), 0644, records.size(), 'x', {});
    bytes_ += pax.bytes();
    bytes_ += records;
    pad(bytes_);
  }
  bytes_ += block.bytes();
}

Result<void> TarWriter::add_file(std::string_view path, std::uint32_t mode, std::string_view content) {
  if (content.size() > kMaxSize) return fail("EFBIG", fmt::format("{} is too large for a package", path));
  add_header(path, mode, content.size(), '0', {});
  bytes_ += content;
  pad(bytes_);
  return {};
}

void TarWriter::add_link(std::string_view path, std::uint32_t mode, std::string_view target) {
  add_header(path, mode, 0, '1', target);
}

std::string TarWriter::finish() {
  bytes_.append(2 * kTarBlock, '\0');
  return std::exchange(bytes_, {});
}

}  // namespace hoist::package
