-- A filter for Quarto and Pandoc: a block `derive` becomes the page, the sheet, the key or one step of a problem.
--
--     ```{derive}                              ```{.derive file="neuron.toml" step="dL/dW_1"}
--     #| file: neuron.toml                     ```
--     #| step: dL/dW_1
--     ```
--
-- In place of `file` the problem itself may stand in the block. Other options are those of `derive solve`: language,
-- significant, decimals, decimal, carry, detail. The pictures lie in the folder derive_files, which stays.
-- `derive-command: python3 -m derive` in the document's head names another program than `derive`.

local folder, command = "derive_files", "derive"
local count, headings = 0, 0
local overrides = { "language", "significant", "decimals", "decimal", "carry", "detail" }

-- Commands that Pandoc does not read in every format, and what it does.
local plainer = {
  ["\\cr%f[%A]"] = "\\\\",
  ["\\thinspace%f[%A]"] = "\\,",
  ["\\vphantom%b{}"] = "",
  ["\\Big[lr]%f[%A]"] = "",
}

-- The options of a block, as attributes or in lines `#| key: value`, and the text that is left.
local function read(block)
  local options, lines = {}, {}
  for key, value in pairs(block.attributes) do
    options[key] = value
  end
  for line in (block.text .. "\n"):gmatch("(.-)\n") do
    local key, value = line:match("^#|%s*([%w_-]+)%s*:%s*(.-)%s*$")
    if key then
      options[key] = value:match('^"(.*)"$') or value:match("^'(.*)'$") or value
    else
      table.insert(lines, line)
    end
  end
  return options, table.concat(lines, "\n")
end

local function is_set(value)
  return value ~= nil and value ~= "false"
end

local function write(path, text)
  local file = assert(io.open(path, "w"))
  file:write(text)
  file:close()
end

-- The arguments of derive for a problem file.
local function arguments(options, file, output)
  local sheet = is_set(options.sheet) or is_set(options.key)
  local words = { sheet and "sheet" or "solve", file, "--to", "md", "-o", output }
  local function add(key)
    if options[key] then
      table.insert(words, "--" .. key)
      table.insert(words, options[key])
    end
  end
  for _, key in ipairs(overrides) do
    add(key)
  end
  add("step")
  return words
end

-- What derive prints: the names of the files that it has written.
local function run(words)
  local program = {}
  for word in command:gmatch("%S+") do
    table.insert(program, word)
  end
  local name = table.remove(program, 1)
  for _, word in ipairs(words) do
    table.insert(program, word)
  end
  local done, printed = pcall(pandoc.pipe, name, program, "")
  if not done then
    error("derive: `" .. name .. " " .. table.concat(program, " ") .. "` failed, see above")
  end
  return printed
end

-- The Markdown file that derive writes for a block, in a folder of the block's own.
local function written(options, text)
  count = count + 1
  local output = folder .. "/" .. count
  local inline = text:match("%S") ~= nil
  if inline == (options.file ~= nil) then
    error("derive: a block names a file, or holds a problem")
  end
  local printed
  if inline then
    printed = pandoc.system.with_temporary_directory("derive", function(directory)
      write(directory .. "/problem.toml", text .. "\n")
      return run(arguments(options, directory .. "/problem.toml", output))
    end)
  else
    printed = run(arguments(options, options.file, output))
  end
  local wanted = is_set(options.key) and "%-key%.md$" or is_set(options.sheet) and "%-sheet%.md$" or "%.md$"
  for path in printed:gmatch("[^\r\n]+") do
    if path:match(wanted) then
      return path, output
    end
  end
  error("derive: no page was written")
end

-- The page without its title and, of a step that stands alone, without its number; its headings are none of the
-- document's.
local function placed(blocks, output)
  local first = blocks[1]
  local titled = first and first.t == "Header" and first.level == 1
  local numbered = first and first.t == "Para" and #first.content == 1 and first.content[1].t == "Strong"
  if titled or numbered then
    blocks:remove(1)
  end
  return pandoc.walk_block(pandoc.Div(blocks, { class = "derive" }), {
    Header = function(header)
      header.level = header.level + 1
      header.classes = { "unnumbered", "unlisted" }
      headings = headings + 1
      header.identifier = "derive-heading-" .. headings
      return header
    end,
    Math = function(formula)
      for command, other in pairs(plainer) do
        formula.text = formula.text:gsub(command, other)
      end
      return formula
    end,
    Image = function(image)
      image.src = output .. "/" .. image.src
      return image
    end,
  })
end

local function CodeBlock(block)
  if not (block.classes:includes("derive") or block.classes:includes("{derive}")) then
    return nil
  end
  local path, output = written(read(block))
  local file = assert(io.open(path))
  local text = file:read("a")
  file:close()
  return placed(pandoc.read(text, "markdown-yaml_metadata_block").blocks, output)
end

local function Meta(meta)
  if meta["derive-command"] then
    command = pandoc.utils.stringify(meta["derive-command"])
  end
end

return { { Meta = Meta }, { CodeBlock = CodeBlock } }
