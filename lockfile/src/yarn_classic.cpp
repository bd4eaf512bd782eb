#include "yarn_classic.hpp"

#include "hoist/base/text.hpp"

namespace hoist::lockfile {
namespace {

bool is_quoted(std::string_view text) { return text.size() >= 2 && text.front() == '"' && text.back() == '"'; }

/// A `"` at the end that no odd run of backslashes takes away; the run must follow something.
bool ends_quoted(std::string_view text) {
  if (text.size() < 2 || text.back() != '"') return false;
  std::size_t slashes = 0;
  while (slashes + 1 < text.size() && text[text.size() - 2 - slashes] == '\\') ++slashes;
  return slashes % 2 == 0 && slashes + 1 < text.size();
}

/// The pieces between delimiters (`,` with blanks after it, or one blank), where a piece that starts with a quote goes
/// on to the one that ends with it. The delimiters in between are lost, as npm loses them.
std::vector<std::string> split_quoted(std::string_view text, char delimiter) {
  std::vector<std::string_view> pieces = split(text, delimiter);
  if (delimiter == ',')
    for (std::size_t i = 1; i < pieces.size(); ++i)
      while (pieces[i].starts_with(' ')) pieces[i].remove_prefix(1);
  std::vector<std::string> out;
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    const std::string_view piece = pieces[i];
    if (is_quoted(piece)) {
      out.emplace_back(piece.substr(1, piece.size() - 2));
    } else if (piece.starts_with('"')) {
      std::string collected(piece.substr(1));
      while (++i < pieces.size()) {
        if (ends_quoted(pieces[i])) {
          collected += pieces[i].substr(0, pieces[i].size() - 1);
          break;
        }
        collected += pieces[i];
      }
      out.push_back(std::move(collected));
    } else {
      out.emplace_back(trim(piece));
    }
  }
  return out;
}

std::size_t indent_of(std::string_view line) {
  const std::size_t indent = line.find_first_not_of(' ');
  return indent == std::string_view::npos ? line.size() : indent;
}

bool has_blank(std::string_view text) { return text.find_first_of(" \t\v\f") != std::string_view::npos; }

class Reader {
 public:
  YarnClassic read(std::string_view text) {
    int number = 0;
    while (!text.empty()) {
      const std::size_t end = text.find('\n');
      std::string_view line = text.substr(0, end);
      text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
      if (line.ends_with('\r')) line.remove_suffix(1);
      ++number;
      if (take(line)) continue;
      result_.bad_line = number;
      break;
    }
    return std::move(result_);
  }

 private:
  bool take(std::string_view line) {
    if (line.starts_with('#')) return true;
    if (line.empty()) {
      open_ = in_map_ = false;
      return true;
    }
    const std::size_t indent = indent_of(line);
    if (indent == 0 && line.front() != '\t' && line.size() > 1 && line.ends_with(':')) {
      result_.entries.push_back({split_quoted(line.substr(0, line.size() - 1), ','), {}, {}, {}});
      open_ = true;
      in_map_ = false;
      return true;
    }
    const std::string_view rest = line.substr(indent);
    if (!open_) return false;
    if (indent == 2 && rest.ends_with(':') && rest.size() > 1 && !has_blank(rest)) {
      in_map_ = true;
      return true;
    }
    const std::vector<std::string> words = split_quoted(rest, ' ');
    if (words.size() != 2) return false;
    if (indent == 4 && in_map_) return true;
    if (indent != 2) return false;
    YarnEntry& entry = result_.entries.back();
    if (words[0] == "version") entry.version = words[1];
    if (words[0] == "resolved") entry.resolved = words[1].substr(0, words[1].find('#'));
    if (words[0] == "integrity") entry.integrity = words[1];
    return true;
  }

  YarnClassic result_;
  bool open_ = false, in_map_ = false;
};

}  // namespace

YarnClassic parse_yarn_classic(std::string_view text) { return Reader().read(text); }

}  // namespace hoist::lockfile
