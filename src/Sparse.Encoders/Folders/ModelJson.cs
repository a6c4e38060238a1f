using System.Text.Json;

namespace Sparse.Encoders.Folders;

/// <summary>Reads the small JSON files of a model folder, with errors that name the file.</summary>
internal static class ModelJson
{
    // Configurations are a few kilobytes; what is larger is something else.
    private const long MaxBytes = 16 << 20;

    /// <summary>Reads a file whole.</summary>
    /// <exception cref="InvalidDataException">It is not JSON, or absurdly large.</exception>
    internal static JsonElement Read(string path)
    {
        long length = new FileInfo(path).Length;
        if (length > MaxBytes)
        {
            throw new InvalidDataException($"{path} holds {length} bytes; a configuration of at most {MaxBytes} is read.");
        }

        return Parse(File.ReadAllBytes(path), path);
    }

    /// <summary>Reads JSON in memory.</summary>
    /// <param name="utf8">The text.</param>
    /// <param name="name">What errors call it.</param>
    /// <exception cref="InvalidDataException">It is not JSON.</exception>
    internal static JsonElement Parse(ReadOnlyMemory<byte> utf8, string name)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(utf8);
            Touch(document.RootElement);
            return document.RootElement.Clone();
        }
        catch (InvalidOperationException error)
        {
            throw new InvalidDataException($"{name} holds text that is not valid Unicode.", error);
        }
        catch (JsonException error)
        {
            throw new InvalidDataException($"{name} is not valid JSON at line {error.LineNumber + 1}.", error);
        }
    }

    // Text is decoded when it is asked for; all of it here, so that no later reader meets half a surrogate pair.
    private static void Touch(JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (JsonProperty property in element.EnumerateObject())
                {
                    _ = property.Name;
                    Touch(property.Value);
                }

                break;
            case JsonValueKind.Array:
                foreach (JsonElement item in element.EnumerateArray())
                {
                    Touch(item);
                }

                break;
            case JsonValueKind.String:
                _ = element.GetString();
                break;
        }
    }

    /// <summary>Reads a file if it is there; undefined where it is not.</summary>
    internal static JsonElement ReadIfThere(string path) => File.Exists(path) ? Read(path) : default;

    /// <summary>A property's value; undefined where there is none.</summary>
    internal static JsonElement Get(JsonElement element, string property) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(property, out JsonElement value) ? value : default;

    internal static string Text(JsonElement element, string property, string otherwise = "") =>
        Get(element, property) is { ValueKind: JsonValueKind.String } value ? value.GetString()! : otherwise;

    /// <summary>Something of a file for a message: its beginning, where it is long.</summary>
    internal static string Short(string text) => text.Length <= 60 ? text : text[..60] + "…";

    internal static int? Integer(JsonElement element, string property) =>
        Get(element, property) is { ValueKind: JsonValueKind.Number } value && value.TryGetInt32(out int number) ? number : null;

    internal static bool Flag(JsonElement element, string property, bool otherwise) =>
        Get(element, property).ValueKind switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            _ => otherwise,
        };
}
