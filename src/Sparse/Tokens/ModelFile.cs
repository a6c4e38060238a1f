using System.Text.Json;

namespace Sparse.Tokens;

/// <summary>Reads the JSON files beside a tokenizer, with errors that name the file.</summary>
internal static class ModelFile
{
    /// <summary>Reads a file and makes something of its root.</summary>
    /// <param name="path">UTF-8 JSON.</param>
    /// <param name="make">Makes the result; may throw what System.Text.Json throws.</param>
    /// <exception cref="InvalidDataException">The file is no JSON, or has other values than expected.</exception>
    public static T ReadJson<T>(string path, Func<JsonElement, T> make)
    {
        using FileStream stream = File.OpenRead(path);
        return ReadJson(stream, path, make);
    }

    /// <summary>Reads a stream to its end and makes something of its root.</summary>
    public static T ReadJson<T>(Stream stream, string name, Func<JsonElement, T> make)
    {
        if (stream.CanSeek && stream.Length > MaxBytes)
        {
            throw new InvalidDataException($"{name} holds {stream.Length} bytes; at most {MaxBytes} are read.");
        }

        try
        {
            using JsonDocument document = JsonDocument.Parse(stream);
            return make(document.RootElement);
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{name} is not JSON: line {(e.LineNumber ?? 0) + 1}, byte {(e.BytePositionInLine ?? 0) + 1}.", e);
        }
        catch (InvalidDataException e) when (!e.Message.Contains(name, StringComparison.Ordinal))
        {
            // What a vocabulary or a tokenizer says of itself; it does not know its file.
            throw new InvalidDataException($"{name}: {e.Message}", e);
        }
        catch (Exception e) when (e is InvalidOperationException or KeyNotFoundException or FormatException or IndexOutOfRangeException)
        {
            // System.Text.Json's ways to say that a value is missing, has another type or range, or is not valid Unicode.
            throw new InvalidDataException($"{name} is not a {Path.GetFileName(name)}: {e.Message}", e);
        }
    }

    /// <summary>Something of a file for a message: its beginning, where it is long.</summary>
    public static string Short(string text) => text.Length <= 60 ? text : text[..60] + "…";

    // The largest published tokenizer.json holds 35 MB.
    private const long MaxBytes = 64 << 20;
}
