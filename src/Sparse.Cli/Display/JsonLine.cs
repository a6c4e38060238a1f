using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Sparse.Cli.Display;

/// <summary>Writes one JSON object a line: UTF-8 as it is, only what JSON demands escaped.</summary>
internal static class JsonLine
{
    private static readonly JsonWriterOptions WriterOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes one object and a line feed.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="writeMembers">Writes the members.</param>
    public static void Write(TextWriter output, Action<Utf8JsonWriter> writeMembers)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, WriterOptions))
        {
            writer.WriteStartObject();
            writeMembers(writer);
            writer.WriteEndObject();
        }

        output.Write(Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length));
        output.Write('\n');
    }
}
