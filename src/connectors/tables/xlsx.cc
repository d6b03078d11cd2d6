#include "connectors/tables/xlsx.h"

#include <expat.h>
#include <fmt/format.h>
#include <zip.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <fstream>
#include <map>

#include "base/number.h"
#include "base/outside_text.h"
#include "base/text.h"
#include "base/unique_handle.h"
#include "domain/period.h"
#include "net/url.h"

namespace dw {
namespace {

constexpr size_t piece_bytes = 64 * 1024;
constexpr size_t cell_bytes_max = 256 * 1024;
constexpr size_t cells_max = 16'384;
constexpr size_t strings_bytes_max = 512U << 20;
/// 1899-12-30 is day 0 of the usual epoch, 1904-01-01 of the other.
constexpr int32_t epoch_1900 = -25'569;
constexpr int32_t epoch_1904 = -24'107;

Error wrong(std::string what) {
  return {ErrorKind::invalid, "xlsx", std::move(what)};
}

using Archive = UniqueHandle<zip_t, zip_discard>;
using Entry = UniqueHandle<zip_file_t, zip_fclose>;
using XmlParser = UniqueHandle<std::remove_pointer_t<XML_Parser>, XML_ParserFree>;

/// Without the namespace's prefix.
std::string_view local_name(const char* name) {
  const std::string_view text(name);
  const size_t colon = text.find(':');
  return colon == std::string_view::npos ? text : text.substr(colon + 1);
}

std::string_view attribute(const char** attributes, std::string_view wanted) {
  for (; attributes[0] != nullptr; attributes += 2) {
    if (wanted == attributes[0]) return attributes[1];
  }
  return {};
}

/// "r:id", whatever prefix a program gives to the namespace of relationships.
std::string_view relation_in(const char** attributes) {
  for (; attributes[0] != nullptr; attributes += 2) {
    const std::string_view name(attributes[0]);
    if (name.find(':') != std::string_view::npos && local_name(attributes[0]) == "id") {
      return attributes[1];
    }
  }
  return {};
}

/// "_x000D_" is a character that XML can't have, and "_x005F_" the "_" in front of what only looks
/// like one.
std::string unescaped(std::string_view text) {
  std::string out;
  for (size_t at = 0; at < text.size();) {
    const bool is_escape =
        text.size() - at >= 7 && text[at] == '_' && text[at + 1] == 'x' && text[at + 6] == '_';
    if (is_escape) {
      if (const auto value = number_in<unsigned>(text.substr(at + 2, 4), 16)) {
        append_utf8(out, *value);
        at += 7;
        continue;
      }
    }
    out += text[at++];
  }
  return out;
}

template <class T>
T number(std::string_view text, T otherwise) {
  return number_in<T>(text).value_or(otherwise);
}

/// What one kind of part does with its elements.
class XmlReader {
 public:
  virtual ~XmlReader() = default;
  virtual void begin(std::string_view name, const char** attributes) = 0;
  virtual void end(std::string_view name) = 0;
  virtual void text(std::string_view) {}
};

/// An XML part of the archive, unpacked and parsed piece by piece.
class XmlPart {
 public:
  static Result<std::unique_ptr<XmlPart>> open(zip_t* archive, const std::string& name,
                                               XmlReader& reader) {
    Entry entry(zip_fopen(archive, name.c_str(), ZIP_FL_NOCASE));
    if (!entry) {
      zip_error_t* failed = zip_get_error(archive);
      if (zip_error_code_zip(failed) == ZIP_ER_NOPASSWD) return wrong("the archive has a password");
      return wrong(fmt::format("the workbook has no part {}: {}", name, zip_strerror(archive)));
    }
    auto part = std::make_unique<XmlPart>();
    part->entry_ = std::move(entry);
    part->parser_.reset(XML_ParserCreate(nullptr));
    XML_SetUserData(part->parser_.get(), &reader);
    XML_SetElementHandler(
        part->parser_.get(),
        [](void* given, const char* element, const char** attributes) {
          static_cast<XmlReader*>(given)->begin(local_name(element), attributes);
        },
        [](void* given, const char* element) {
          static_cast<XmlReader*>(given)->end(local_name(element));
        });
    XML_SetCharacterDataHandler(part->parser_.get(), [](void* given, const char* text, int bytes) {
      static_cast<XmlReader*>(given)->text({text, static_cast<size_t>(bytes)});
    });
    // No workbook has a document type, and entities are how XML blows up.
    XML_SetDoctypeDeclHandler(
        part->parser_.get(), [](void*, const char*, const char*, const char*, int) {},
        [](void*) {});
    XML_SetEntityDeclHandler(
        part->parser_.get(),
        [](void* given, const char*, int, const char*, int, const char*, const char*, const char*,
           const char*) { static_cast<XmlReader*>(given)->begin("!entity", nullptr); });
    return part;
  }

  /// One piece; false at the end.
  Result<bool> step() {
    const zip_int64_t bytes = zip_fread(entry_.get(), piece_.data(), piece_.size());
    if (bytes < 0) return wrong("the archive is broken, or has a password");
    const bool is_last = bytes == 0;
    const auto parsed =
        XML_Parse(parser_.get(), piece_.data(), static_cast<int>(bytes), is_last ? 1 : 0);
    if (parsed != XML_STATUS_OK) {
      return wrong(fmt::format("broken XML at line {}: {}", XML_GetCurrentLineNumber(parser_.get()),
                               XML_ErrorString(XML_GetErrorCode(parser_.get()))));
    }
    return !is_last;
  }

 private:
  Entry entry_;
  XmlParser parser_;
  std::vector<char> piece_ = std::vector<char>(piece_bytes);
};

Result<void> read_whole(zip_t* archive, const std::string& name, XmlReader& reader) {
  DW_TRY(const std::unique_ptr<XmlPart> part, XmlPart::open(archive, name, reader));
  for (;;) {
    DW_TRY(const bool has_more, part->step());
    if (!has_more) return {};
  }
}

struct NamedSheet {
  std::string name, relation;
  bool is_hidden = false;
};

/// The workbook's part: the sheets' names and relations, and the epoch.
struct WorkbookReader : XmlReader {
  std::vector<NamedSheet> sheets;
  bool is_1904 = false;
  void begin(std::string_view name, const char** attributes) override {
    if (name == "sheet") {
      const std::string_view state = attribute(attributes, "state");
      sheets.push_back({std::string(attribute(attributes, "name")),
                        std::string(relation_in(attributes)),
                        state == "hidden" || state == "veryHidden"});
    } else if (name == "workbookPr") {
      const std::string_view value = attribute(attributes, "date1904");
      is_1904 = value == "1" || value == "true";
    }
  }
  void end(std::string_view) override {}
};

struct Relation {
  std::string kind;  ///< "worksheet": the end of its type, which has more than one namespace
  std::string part;  ///< "xl/worksheets/sheet1.xml"
};

std::string folder_of(std::string_view part) {
  const size_t slash = part.rfind('/');
  return std::string(slash == std::string_view::npos ? "" : part.substr(0, slash + 1));
}

/// The part that a target names, seen from the folder of the part that has it.
std::string part_at(const std::string& folder, std::string target) {
  std::replace(target.begin(), target.end(), '\\', '/');
  const std::string path = target.starts_with('/') ? target : folder + target;
  std::vector<std::string> steps;
  for (const std::string_view step : split(path, '/')) {
    if (step.empty() || step == ".") continue;
    if (step != "..") {
      steps.emplace_back(step);
    } else if (!steps.empty()) {
      steps.pop_back();
    }
  }
  const std::string part = join(steps, "/");
  return decode_url_part(part).value_or(part);
}

struct RelationsReader : XmlReader {
  explicit RelationsReader(std::string of) : folder(std::move(of)) {}
  std::string folder;
  std::map<std::string, Relation, std::less<>> relations;
  void begin(std::string_view name, const char** attributes) override {
    if (name != "Relationship") return;
    if (equals_ignoring_case(attribute(attributes, "TargetMode"), "External")) return;
    const std::string_view type = attribute(attributes, "Type");
    relations[std::string(attribute(attributes, "Id"))] = {
        std::string(type.substr(type.rfind('/') + 1)),
        part_at(folder, std::string(attribute(attributes, "Target")))};
  }
  void end(std::string_view) override {}
  const Relation* of_kind(std::string_view kind) const {
    for (const auto& [id, one] : relations) {
      if (equals_ignoring_case(one.kind, kind)) return &one;
    }
    return nullptr;
  }
};

bool has_part(zip_t* archive, const std::string& name) {
  return zip_name_locate(archive, name.c_str(), ZIP_FL_NOCASE) >= 0;
}

/// "xl/_rels/workbook.xml.rels" of "xl/workbook.xml".
std::string relations_of(const std::string& part) {
  const std::string folder = folder_of(part);
  return folder + "_rels/" + part.substr(folder.size()) + ".rels";
}

/// The shared strings: one text after the other, and where each begins.
struct StringsReader : XmlReader {
  std::string all;
  std::vector<uint32_t> starts;
  bool is_text = false, is_phonetic = false, is_too_large = false;
  void begin(std::string_view name, const char**) override {
    if (name == "si") starts.push_back(static_cast<uint32_t>(all.size()));
    if (name == "rPh") is_phonetic = true;
    if (name == "t") is_text = !is_phonetic;
  }
  void end(std::string_view name) override {
    if (name == "rPh") is_phonetic = false;
    if (name == "t") is_text = false;
  }
  void text(std::string_view piece) override {
    if (!is_text) return;
    if (all.size() + piece.size() > strings_bytes_max) {
      is_too_large = true;
    } else {
      all.append(piece);
    }
  }
  std::string_view at(size_t index) const {
    if (index >= starts.size()) return {};
    const size_t end = index + 1 < starts.size() ? starts[index + 1] : all.size();
    return std::string_view(all).substr(starts[index], end - starts[index]);
  }
};

/// "BC12" is 54; nothing where there are no letters.
std::optional<size_t> column_in(std::string_view reference) {
  size_t column = 0;
  size_t letters = 0;
  while (letters < reference.size()) {
    const char letter = static_cast<char>(reference[letters] & ~0x20);
    if (letter < 'A' || letter > 'Z') break;
    column = column * 26 + static_cast<size_t>(letter - 'A' + 1);
    if (++letters > 3) return std::nullopt;
  }
  if (letters == 0) return std::nullopt;
  return column - 1;
}

/// A worksheet's rows.
struct SheetReader : XmlReader {
  const StringsReader* strings = nullptr;
  int32_t epoch = epoch_1900;
  const TableSink* sink = nullptr;
  bool has_entity = false;

  int64_t row = 0;
  size_t column = 0;
  std::string type, value;
  bool is_value = false, is_inline = false, is_phonetic = false;
  bool is_rich = false;  ///< the text stands in the cell itself
  bool is_formula = false;
  struct Kept {
    size_t from = 0, bytes = 0;
    std::optional<int32_t> serial_day;
  };
  std::string texts;
  std::vector<Kept> kept;
  std::vector<Cell> cells;

  void begin(std::string_view name, const char** attributes) override {
    if (name == "!entity") {
      has_entity = true;
    } else if (name == "row") {
      row = number<int64_t>(attribute(attributes, "r"), row + 1);
      column = 0;
      texts.clear();
      kept.clear();
    } else if (name == "c") {
      column = column_in(attribute(attributes, "r")).value_or(column);
      type = attribute(attributes, "t");
      value.clear();
      is_rich = is_formula = false;
    } else if (name == "f") {
      is_formula = true;
    } else if (name == "is") {
      is_rich = true;
    } else if (name == "v") {
      is_value = true;
    } else if (name == "rPh") {
      is_phonetic = true;
    } else if (name == "t") {
      is_inline = is_rich && !is_phonetic;
    }
  }
  void text(std::string_view piece) override {
    if ((is_value || is_inline) && value.size() + piece.size() <= cell_bytes_max) {
      value.append(piece);
    }
  }
  void end(std::string_view name) override {
    if (name == "v") is_value = false;
    if (name == "t") is_inline = false;
    if (name == "rPh") is_phonetic = false;
    if (name == "c") add_cell();
    if (name == "row") give_row();
  }

  void add_cell() {
    if (column >= cells_max) return;
    if (kept.size() <= column) kept.resize(column + 1);
    Kept& one = kept[column++];
    const bool is_text = type == "inlineStr" || type == "str";
    std::string_view text = is_text ? std::string_view(value) : trim(value);
    std::string printed;
    if (type == "s") {
      text = strings->at(number<size_t>(text, SIZE_MAX));
    } else if (type == "b") {
      text = text == "1" || text == "true" ? "TRUE" : "FALSE";
    } else if (type == "d") {
      one.serial_day = day_named(text.substr(0, 10));
    } else if ((type.empty() || type == "n") && !text.empty() && !is_rich) {
      const double given = number<double>(text, 0.0);
      if (std::abs(given) < 1e7) {
        one.serial_day = static_cast<int32_t>(std::floor(given)) + epoch;
      }
      // "1.041E3" is ticket 1041.
      const bool is_whole = std::abs(given) < 1e15 && given == std::floor(given);
      if (is_whole) printed = fmt::format("{}", static_cast<int64_t>(given));
      if (is_whole) text = printed;
    }
    // A formula's text may be empty; its number can't be.
    if (is_formula && value.empty() && !is_text) text = uncalculated_value;
    if ((type == "s" || is_text || is_rich) && text.find("_x") != std::string_view::npos) {
      printed = unescaped(text);
      text = printed;
    }
    one.from = texts.size();
    one.bytes = text.size();
    texts.append(text);
  }

  void give_row() {
    cells.clear();
    for (const Kept& one : kept) {
      cells.push_back({std::string_view(texts).substr(one.from, one.bytes), one.serial_day});
    }
    (*sink)({row, cells});
  }
};

const NamedSheet* sheet_named(const WorkbookReader& book, const std::string& wanted) {
  for (const NamedSheet& sheet : book.sheets) {
    if (equals_ignoring_case(trim(sheet.name), trim(wanted))) return &sheet;
  }
  return nullptr;
}

/// The part of the worksheet that is read.
Result<std::string> part_of_sheet(const WorkbookReader& book, const RelationsReader& relations,
                                  const std::string& wanted, bool is_default) {
  const auto part_of = [&](const NamedSheet& sheet) -> const Relation* {
    const auto found = relations.relations.find(sheet.relation);
    return found == relations.relations.end() ? nullptr : &found->second;
  };
  const auto is_worksheet = [&](const NamedSheet& sheet) {
    const Relation* part = part_of(sheet);
    // Some programs say no type.
    return part != nullptr && (part->kind.empty() || equals_ignoring_case(part->kind, "worksheet"));
  };
  const NamedSheet* found = sheet_named(book, wanted);
  // Who did not choose the name does not mean one that can't be seen, or is none.
  if (found != nullptr && is_default && (found->is_hidden || !is_worksheet(*found)))
    found = nullptr;
  const NamedSheet* first = nullptr;
  std::vector<std::string> names;
  for (const NamedSheet& sheet : book.sheets) {
    names.push_back(sheet.name);
    const bool can_be_read = is_worksheet(sheet) && !sheet.is_hidden;
    if (first == nullptr && can_be_read) first = &sheet;
  }
  const bool is_choice_free = is_default || wanted.empty() || book.sheets.size() == 1;
  if (found == nullptr && is_choice_free) found = first;
  if (found == nullptr && is_choice_free) {
    return wrong(
        fmt::format("there is no worksheet that can be seen (there are {}): set "
                    "notices.range",
                    join(names, ", ")));
  }
  if (found == nullptr) {
    return wrong(fmt::format("sheet \"{}\" not found (sheets: {}): set notices.range", wanted,
                             join(names, ", ")));
  }
  if (!is_worksheet(*found)) {
    return wrong(
        fmt::format("\"{}\" is no worksheet but a {}: set notices.range", found->name,
                    part_of(*found) == nullptr ? "sheet without a part" : part_of(*found)->kind));
  }
  return part_of(*found)->part;
}

/// A workbook with a password is no zip archive, but a file of OLE with the archive in it.
Error no_archive(const std::string& path, const std::string& label) {
  std::array<char, 64 * 1024> start{};
  std::ifstream file(path, std::ios::binary);
  file.read(start.data(), start.size());
  const std::string_view bytes(start.data(), static_cast<size_t>(file.gcount()));
  const std::string_view encrypted("E\0n\0c\0r\0y\0p\0t\0", 14);
  if (!bytes.starts_with("\xD0\xCF\x11\xE0")) {
    return {ErrorKind::invalid, label,
            bytes.starts_with("PK")
                ? "is a damaged workbook, or was not copied as a whole: copy it again"
                : "is not an .xlsx workbook: a CSV report's name ends with .csv"};
  }
  return {ErrorKind::invalid, label,
          bytes.find(encrypted) == std::string_view::npos
              ? "is a workbook of Excel 97 to 2003 (or has a password): save it as .xlsx"
              : "has a password: save it without one"};
}

}  // namespace

struct XlsxTable::State {
  Archive archive;
  StringsReader strings;
  SheetReader reader;
  std::unique_ptr<XmlPart> sheet;
};

XlsxTable::XlsxTable(std::unique_ptr<State> state, std::string label)
    : state_(std::move(state)), label_(std::move(label)) {}

XlsxTable::~XlsxTable() = default;

Result<std::unique_ptr<ReportTable>> XlsxTable::open(const std::string& path,
                                                     const std::string& label,
                                                     const std::string& sheet, bool is_default) {
  auto state = std::make_unique<State>();
  int code = 0;
  state->archive.reset(zip_open(path.c_str(), ZIP_RDONLY, &code));
  if (!state->archive) {
    if (code != ZIP_ER_NOENT) return no_archive(path, label);
    return Error{ErrorKind::missing, label, "there is no such file"};
  }
  zip_t* archive = state->archive.get();
  WorkbookReader book;
  RelationsReader package("");
  if (has_part(archive, "_rels/.rels")) DW_CHECK(read_whole(archive, "_rels/.rels", package));
  const Relation* document = package.of_kind("officeDocument");
  const std::string main = document == nullptr ? "xl/workbook.xml" : document->part;
  if (!has_part(archive, main)) return wrong("the archive is no workbook: it has no " + main);
  RelationsReader relations(folder_of(main));
  DW_CHECK(read_whole(archive, main, book));
  DW_CHECK(read_whole(archive, relations_of(main), relations));
  // A workbook without texts has none of these.
  const Relation* shared = relations.of_kind("sharedStrings");
  const std::string texts = shared == nullptr ? "xl/sharedStrings.xml" : shared->part;
  if (has_part(archive, texts)) DW_CHECK(read_whole(archive, texts, state->strings));
  if (state->strings.is_too_large) return wrong("the workbook's texts are more than 512 MiB");
  DW_TRY(const std::string part, part_of_sheet(book, relations, sheet, is_default));
  state->reader.strings = &state->strings;
  state->reader.epoch = book.is_1904 ? epoch_1904 : epoch_1900;
  DW_TRY(state->sheet, XmlPart::open(archive, part, state->reader));
  return std::unique_ptr<ReportTable>(new XlsxTable(std::move(state), label));
}

Task<Result<bool>> XlsxTable::more(const TableSink& sink) {
  state_->reader.sink = &sink;
  const Result<bool> has_more = state_->sheet->step();
  if (has_more.ok() && state_->reader.has_entity) {
    co_return wrong("the sheet has XML entities, which no spreadsheet program writes");
  }
  co_return has_more;
}

}  // namespace dw
