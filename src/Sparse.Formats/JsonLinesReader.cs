using System.Text.Json;

namespace Sparse.Formats;

/// <summary>Reads JSON lines: one object a line, blank lines skipped.</summary>
internal static class JsonLinesReader
{
    internal static IEnumerable<CorpusDocument> Read(
        Func<Stream> open, string source, FieldChoice choice, Func<BadInputException, bool> report)
    {
        using var lines = new Utf8Lines(open(), source);
        while (true)
        {
            CorpusDocument document;
            try
            {
                if (lines.Read() is not { } line)
                {
                    break;
                }

                if (string.IsNullOrWhiteSpace(line))
                {
                    continue;
                }

                document = choice.ToDocument(ParseObject(line, source, lines.LineNumber), source, lines.LineNumber);
            }
            catch (BadInputException exception) when (report(exception))
            {
                continue;
            }

            yield return document;
        }
    }

    /// <summary>The members of one object; null and empty containers are left out, of repeated names the last counts.</summary>
    internal static Dictionary<string, FieldValue> ParseObject(string line, string source, long number)
    {
        try
        {
            using JsonDocument json = JsonDocument.Parse(line);
            if (json.RootElement.ValueKind != JsonValueKind.Object)
            {
                throw new BadInputException(source, number, $"the line is {Name(json.RootElement)}; expected one JSON object a line.");
            }

            var record = new Dictionary<string, FieldValue>(StringComparer.Ordinal);
            foreach (JsonProperty member in json.RootElement.EnumerateObject())
            {
                if (Convert(member.Value) is { } value)
                {
                    record[member.Name] = value;
                }
            }

            return record;
        }
        catch (JsonException exception)
        {
            string reason = exception.Message.Split(" LineNumber:", 2)[0];
            throw new BadInputException(
                source, number, $"broken JSON at byte {exception.BytePositionInLine}: {reason} Expected one JSON object a line.", exception);
        }
        catch (InvalidOperationException exception)
        {
            // GetString on an escaped half of a surrogate pair.
            throw new BadInputException(source, number, "a string holds an escape that is no character, such as half a surrogate pair.", exception);
        }
    }

    private static FieldValue? Convert(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null or JsonValueKind.Undefined => null,
        JsonValueKind.String => new FieldValue(value.GetString()!, "a string", CanBeId: true, CanBeText: true),
        JsonValueKind.Number => new FieldValue(value.GetRawText(), "a number", CanBeId: true, CanBeText: true),
        JsonValueKind.Array when value.GetArrayLength() == 0 => null,
        JsonValueKind.Array when value.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String) =>
            new FieldValue(string.Join(' ', value.EnumerateArray().Select(item => item.GetString())), "an array", CanBeId: false, CanBeText: true),
        JsonValueKind.Object when !value.EnumerateObject().Any() => null,
        _ => new FieldValue(value.GetRawText(), Name(value), CanBeId: false, CanBeText: false),
    };

    private static string Name(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "an array",
        JsonValueKind.True or JsonValueKind.False => "true or false",
        JsonValueKind.String => "a string",
        JsonValueKind.Number => "a number",
        _ => "null",
    };
}
