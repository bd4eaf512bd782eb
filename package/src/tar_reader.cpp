#include "hoist/package/tar_reader.hpp"

#include <algorithm>
#include <optional>
#include <vector>

#include "hoist/base/text.hpp"
#include "tar_header.hpp"

namespace hoist::package {
namespace {

constexpr std::size_t kMaxSegment = 255;       // NAME_MAX everywhere
constexpr std::uint64_t kMaxMeta = 1U << 20U;  // node-tar's maxMetaEntrySize
constexpr std::uint32_t kUmask = 022;          // npm's default `umask`

std::unexpected<Error> refuse(const char* code, std::string_view what, std::string_view path) {
  return fail(code, fmt::format("{}: \"{}\"", what, printable(path.substr(0, 200))),
              "The tarball is not a package npm could have packed; nothing of it was kept.");
}

bool has_dot_dot(std::string_view path) {
  for (std::size_t start = 0; start <= path.size();) {
    const std::size_t end = std::min(path.find_first_of("/\\", start), path.size());
    if (path.substr(start, end - start) == "..") return true;
    start = end + 1;
  }
  return false;
}

bool is_absolute(std::string_view path) {
  if (path.empty()) return false;
  if (path.front() == '/' || path.front() == '\\') return true;
  const char drive = static_cast<char>(path.front() | 0x20);
  return path.size() >= 3 && drive >= 'a' && drive <= 'z' && path[1] == ':' && (path[2] == '/' || path[2] == '\\');
}

/// Whether a symbolic link's target, seen from the directory of `path`, leaves the package.
bool link_escapes(std::string_view path, std::string_view target) {
  if (is_absolute(target)) return true;
  auto depth = static_cast<std::ptrdiff_t>(std::count(path.begin(), path.end(), '/'));
  for (std::size_t start = 0; start <= target.size();) {
    const std::size_t end = std::min(target.find_first_of("/\\", start), target.size());
    const std::string_view segment = target.substr(start, end - start);
    if (segment == "..") {
      if (--depth < 0) return true;
    } else if (!segment.empty() && segment != ".") {
      ++depth;
    }
    start = end + 1;
  }
  return false;
}

}  // namespace

TarWalker::TarWalker(TarSink& sink, TarLimits limits) : sink_(sink), limits_(limits) {}

Result<void> TarWalker::feed(std::string_view bytes) {
  while (!bytes.empty() && state_ != State::kEnd) {
    if (state_ == State::kHeader) {
      std::string_view block;
      if (partial_.empty() && bytes.size() >= kTarBlock) {
        block = bytes.substr(0, kTarBlock);
        bytes.remove_prefix(kTarBlock);
        HOIST_CHECK(on_header(block));
        continue;
      }
      const std::size_t take = std::min(kTarBlock - partial_.size(), bytes.size());
      partial_.append(bytes.substr(0, take));
      bytes.remove_prefix(take);
      if (partial_.size() < kTarBlock) return {};
      HOIST_CHECK(on_header(partial_));
      partial_.clear();
      continue;
    }
    Result<void> result;
    bytes.remove_prefix(take_body(bytes, result));
    HOIST_CHECK(result);
  }
  return {};
}

std::size_t TarWalker::take_body(std::string_view bytes, Result<void>& result) {
  if (body_left_ > 0) {
    const auto take = static_cast<std::size_t>(std::min<std::uint64_t>(body_left_, bytes.size()));
    if (state_ == State::kBody) result = sink_.data(bytes.substr(0, take));
    if (state_ == State::kMeta) meta_.append(bytes.substr(0, take));
    body_left_ -= take;
    if (result && body_left_ == 0) result = body_done();
    return take;
  }
  const auto take = static_cast<std::size_t>(std::min<std::uint64_t>(padding_left_, bytes.size()));
  padding_left_ -= take;
  if (padding_left_ == 0) state_ = State::kHeader;
  return take;
}

/// After the last byte of a body: what remains of the block is padding.
Result<void> TarWalker::body_done() {
  if (state_ == State::kBody) HOIST_CHECK(sink_.end());
  if (state_ == State::kMeta) HOIST_CHECK(on_meta_end());
  state_ = padding_left_ > 0 ? State::kSkip : State::kHeader;
  return {};
}

Result<void> TarWalker::finish() {
  if (state_ == State::kEnd || (state_ == State::kHeader && partial_.empty()) ||
      (state_ == State::kSkip && body_left_ == 0)) {
    if (!saw_entry_) return fail("EBADTAR", "the archive has no entries", "This is probably not a package.");
    return {};
  }
  // A stray tail shorter than a block is padding that some packers add.
  if (state_ == State::kHeader && saw_entry_ && partial_.find_first_not_of('\0') == std::string::npos) return {};
  return fail("EBADTAR", "the archive ends in the middle of an entry", "The download may be incomplete.");
}

struct TarWalker::Header : TarHeader {};

Result<void> TarWalker::on_header(std::string_view block) {
  if (is_null_block(block)) {
    if (saw_null_block_) state_ = State::kEnd;
    saw_null_block_ = true;
    return {};
  }
  saw_null_block_ = false;
  HOIST_TRY(TarHeader parsed, parse_tar_header(block));
  Header header{std::move(parsed)};
  if (++entries_ > limits_.max_entries)
    return fail("ETARENTRIES", fmt::format("the archive has more than {} entries", limits_.max_entries));
  const bool meta = std::string_view("xXgLKN").find(header.type) != std::string_view::npos;
  if (!meta) {
    if (has_path_) header.path = next_path_;
    if (has_link_) header.link = next_link_;
    if (has_size_) header.size = next_size_;
    has_path_ = has_link_ = has_size_ = false;
    if (header.type == '0' && header.path.ends_with('/')) header.type = '5';
    if (header.type == '5') header.size = 0;  // some packers write the directory's stat size; no body follows
  }
  if (header.size > limits_.max_total || (total_ += header.size) > limits_.max_total)
    return fail("ETARTOOLARGE", fmt::format("the archive declares more than {} bytes", limits_.max_total));
  body_left_ = header.size;
  padding_left_ = (kTarBlock - header.size % kTarBlock) % kTarBlock;
  if (meta) {
    if (header.size > kMaxMeta) return fail("EBADTAR", "an extended header of the archive is too large");
    meta_type_ = header.type;
    meta_.clear();
    state_ = State::kMeta;
    return body_left_ == 0 ? body_done() : Result<void>{};
  }
  saw_entry_ = true;
  return open_entry(header);
}

Result<void> TarWalker::on_meta_end() {
  const std::string_view text = std::string_view(meta_).substr(0, meta_.find('\0'));
  switch (meta_type_) {
    case 'L':
    case 'N':
      next_path_ = text;
      has_path_ = true;
      return {};
    case 'K':
      next_link_ = text;
      has_link_ = true;
      return {};
    case 'g':
      return {};  // a global path, link or size makes no sense in a package
    default:
      break;
  }
  HOIST_TRY(PaxFields fields, parse_pax(meta_));
  if (fields.path) next_path_ = std::move(*fields.path), has_path_ = true;
  if (fields.link) next_link_ = std::move(*fields.link), has_link_ = true;
  if (fields.size) next_size_ = *fields.size, has_size_ = true;
  return {};
}

/// The path below the package directory in `out`; false when nothing is left after stripping the first segment.
Result<bool> TarWalker::clean_path(std::string_view raw, std::string& out) const {
  if (raw.empty()) return fail("EBADTAR", "an entry of the archive has no name");
  if (is_absolute(raw)) return refuse("ETARTRAVERSAL", "an entry of the archive has an absolute path", raw);
  if (has_dot_dot(raw)) return refuse("ETARTRAVERSAL", "an entry of the archive leaves the package", raw);
  const std::size_t slash = raw.find('/');
  std::string_view rest = slash == std::string_view::npos ? std::string_view{} : raw.substr(slash + 1);
  if (!rest.starts_with('/') && is_absolute(rest))
    return refuse("ETARTRAVERSAL", "an entry of the archive has an absolute path", raw);
  out.clear();
  for (std::size_t start = 0; start < rest.size();) {
    const std::size_t end = std::min(rest.find('/', start), rest.size());
    const std::string_view segment = rest.substr(start, end - start);
    start = end + 1;
    if (segment.empty() || segment == ".") continue;
    if (segment.size() > kMaxSegment) return refuse("ETARPATH", "a name in the archive is too long", segment);
    if (!out.empty()) out += '/';
    out += segment;
  }
  if (out.size() > limits_.max_path) return refuse("ETARPATH", "a path in the archive is too long", out);
  return !out.empty();
}

/// npm: links that stay inside are dropped without a word; a target outside is no accident.
Result<void> TarWalker::check_link(const Header& header, std::string_view path) const {
  const bool escapes =
      header.type == '1' ? is_absolute(header.link) || has_dot_dot(header.link) : link_escapes(path, header.link);
  if (escapes) return refuse("ETARLINK", "a link in the archive points outside of the package", path);
  return {};
}

/// pacote: `.gitignore` is renamed to `.npmignore`, or dropped when an `.npmignore` of that folder came before.
bool TarWalker::apply_ignore_rule(std::string& path) {
  const std::size_t base = path.rfind('/') == std::string::npos ? 0 : path.rfind('/') + 1;
  const std::string_view name = std::string_view(path).substr(base);
  if (name == ".npmignore") {
    ignore_files_.insert(path);
  } else if (name == ".gitignore") {
    path.replace(base, std::string::npos, ".npmignore");
    return !ignore_files_.contains(path);
  }
  return true;
}

Result<void> TarWalker::open_entry(const Header& header) {
  HOIST_TRY(const bool named, clean_path(header.path, path_));
  bool wanted = named;
  TarEntry entry;
  switch (header.type) {
    case '0':
    case '7':
      wanted = wanted && apply_ignore_rule(path_);
      break;
    case '5':
    case 'D':
      entry.type = TarEntryType::kDirectory;
      break;
    case '1':
    case '2':
      HOIST_CHECK(check_link(header, path_));
      wanted = false;
      break;
    case '3':
    case '4':
      return refuse("ETARDEVICE", "the archive contains a device", header.path);
    default:
      wanted = false;  // FIFOs, sparse files and vendors' records: node-tar skips them too
  }
  state_ = State::kSkip;
  if (!wanted) {
    if (body_left_ == 0 && padding_left_ == 0) state_ = State::kHeader;
    return {};
  }
  entry.path = path_;
  if (entry.type == TarEntryType::kDirectory) {
    entry.mode = 0755;
    HOIST_CHECK(sink_.begin(entry));
    HOIST_CHECK(sink_.end());
    if (body_left_ == 0 && padding_left_ == 0) state_ = State::kHeader;
    return {};
  }
  entry.mode = (((header.mode & 0777U) | 0666U) & ~kUmask) | 0600U;
  entry.size = header.size;
  HOIST_CHECK(sink_.begin(entry));
  state_ = State::kBody;
  return body_left_ == 0 ? body_done() : Result<void>{};
}

}  // namespace hoist::package
