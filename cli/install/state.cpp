#include "cli/install/state.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <charconv>
#include <chrono>

#include "cli/config/value.hpp"
#include "hoist/base/file.hpp"
#include "hoist/base/integrity.hpp"
#include "hoist/base/text.hpp"

namespace hoist::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kHeader = "hoist-state 2";
constexpr std::size_t kMaxState = 8U << 20U;
/// ext4 stamps files with the kernel's tick: a change within the same tick leaves size and time as they are.
constexpr std::int64_t kClockGrain = 20'000'000;

/// FNV-1a. Names a file; the path inside it decides. A cryptographic hash would cost more than the rest of the check.
std::uint64_t short_hash(std::string_view text) {
  std::uint64_t value = 14695981039346656037ULL;
  for (const char c : text) value = (value ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
  return value;
}

fs::path absolute(const fs::path& root, const std::string& path) {
  return path.starts_with('/') ? fs::path(path) : root / path;
}

std::string hash_of(const fs::path& file) {
  const auto text = read_file(file);
  return text ? hex_encode(hash(HashAlgorithm::kSha256, *text)) : std::string();
}

/// Kind, size, inode and time; kind 0 when there is nothing.
Fingerprint look(const fs::path& path) {
  Fingerprint seen;
  struct stat status{};
  if (stat(path.c_str(), &status) != 0) return seen;
  seen.kind = S_ISDIR(status.st_mode) ? 'd' : 'f';
  seen.size = seen.kind == 'd' ? 0 : static_cast<std::uint64_t>(status.st_size);
  seen.inode = status.st_ino;
  seen.mtime = static_cast<std::int64_t>(status.st_mtim.tv_sec) * 1'000'000'000 + status.st_mtim.tv_nsec;
  return seen;
}

template <class Number>
bool parse_number(std::string_view text, Number& out) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return error == std::errc() && end == text.data() + text.size();
}

/// `f <size> <inode> <mtime> <hash> <path>`
std::optional<Fingerprint> parse_fingerprint(std::string_view line) {
  Fingerprint print;
  std::string_view fields[5];
  for (auto& field : fields) {
    const auto space = line.find(' ');
    if (space == std::string_view::npos) return std::nullopt;
    field = line.substr(0, space);
    line.remove_prefix(space + 1);
  }
  if (fields[0].size() != 1 || !parse_number(fields[1], print.size) || !parse_number(fields[2], print.inode) ||
      !parse_number(fields[3], print.mtime))
    return std::nullopt;
  print.kind = fields[0] == "-" ? '\0' : fields[0].front();
  if (fields[4] != "-") print.hash = fields[4];
  print.path = line;
  return print;
}

}  // namespace

Fingerprint take_fingerprint(const fs::path& root, std::string path) {
  const fs::path full = absolute(root, path);
  Fingerprint print = look(full);
  if (print.kind == 'f') {
    print.hash = hash_of(full);
    const auto now =
        std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now().time_since_epoch())
            .count();
    if (now - print.mtime < kClockGrain) print.mtime = 0;
  }
  print.path = std::move(path);
  return print;
}

Fingerprint take_identity(const fs::path& file) {
  Fingerprint print = look(file);
  print.path = file.string();
  return print;
}

bool is_unchanged(const fs::path& root, const Fingerprint& before) {
  const fs::path full = absolute(root, before.path);
  const Fingerprint now = look(full);
  if (now.kind != before.kind) return false;
  if (now.kind == 0) return true;
  if (now.inode == before.inode && now.mtime == before.mtime && now.size == before.size) return true;
  return now.kind == 'f' && now.size == before.size && !before.hash.empty() && hash_of(full) == before.hash;
}

fs::path state_file(const fs::path& cache, const fs::path& root) {
  return cache / "_hoist" / "projects" / fmt::format("{:016x}", short_hash(root.string()));
}

std::optional<InstallState> find_current_state(const fs::path& file, const fs::path& root, std::string_view settings) {
  const auto text = read_file(file, kMaxState);
  if (!text) return std::nullopt;
  const auto lines = split(*text, '\n');
  if (lines.size() < 5 || lines[0] != kHeader || lines[1] != root.string() || lines[2] != settings ||
      lines.back() != "end")
    return std::nullopt;
  InstallState state;
  state.settings = lines[2];
  auto summary = parse_json(lines[3], "state");
  if (!summary || !summary->is_object()) return std::nullopt;
  state.summary = *std::move(summary);
  for (std::size_t i = 4; i + 1 < lines.size(); ++i) {
    auto print = parse_fingerprint(lines[i]);
    if (!print || !is_unchanged(root, *print)) return std::nullopt;
    state.files.push_back(*std::move(print));
  }
  return state;
}

void write_state(const fs::path& file, const fs::path& root, const InstallState& state) {
  if (root.string().find('\n') != std::string::npos || !make_directories(file.parent_path())) return;
  std::string text = fmt::format("{}\n{}\n{}\n{}\n", kHeader, root.string(), state.settings, json_text(state.summary));
  for (const auto& print : state.files) {
    // A path with a line break has no place in this format.
    if (print.path.find('\n') != std::string::npos) return;
    text += fmt::format("{} {} {} {} {} {}\n", print.kind == 0 ? '-' : print.kind, print.size, print.inode, print.mtime,
                        print.hash.empty() ? "-" : print.hash, print.path);
  }
  text += "end";
  (void)atomic_write(file, text);
}

void remove_state(const fs::path& file) { (void)unlink(file.c_str()); }

}  // namespace hoist::cli
