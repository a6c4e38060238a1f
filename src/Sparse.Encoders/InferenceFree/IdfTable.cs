using System.Buffers.Binary;
using System.Globalization;
using System.IO.Compression;
using System.Text.Json;
using Sparse.Encoders.Folders;
using Sparse.Encoders.Safetensors;
using Sparse.Tokens;

namespace Sparse.Encoders.InferenceFree;

/// <summary>Reads tables of token weights into arrays by vocabulary id.</summary>
internal static class IdfTable
{
    // A quarter of a million tokens make 8 MB of JSON.
    private const long MaxBytes = 64 << 20;

    /// <summary>The built-in table, in the order of the built-in vocabulary.</summary>
    public static float[] ReadBuiltIn(Vocabulary vocabulary)
    {
        using Stream resource = typeof(IdfTable).Assembly.GetManifestResourceStream("Sparse.Encoders.BuiltIn.idf.bin.gz")!;
        using var gzip = new GZipStream(resource, CompressionMode.Decompress);
        var bytes = new byte[vocabulary.Count * sizeof(float)];
        gzip.ReadExactly(bytes);
        return FromLittleEndian(bytes);
    }

    /// <summary>Reads a file of whichever kind its name says.</summary>
    /// <param name="path">*.safetensors, *.txt, or JSON.</param>
    /// <param name="vocabulary">The tokens by id.</param>
    /// <returns>Weights by id; 0 for tokens that the table lacks.</returns>
    /// <exception cref="InvalidDataException">The file is broken, absurdly large, or a table of another vocabulary.</exception>
    public static float[] Read(string path, Vocabulary vocabulary)
    {
        long length = new FileInfo(path).Length;
        if (length > MaxBytes)
        {
            throw new InvalidDataException($"{path} holds {length} bytes; a table of token weights of at most {MaxBytes} is read.");
        }

        switch (Path.GetExtension(path))
        {
            case ".safetensors":
                return ReadSafetensors(path, vocabulary);
            case ".txt":
                return ReadText(path, vocabulary);
            default:
                using (FileStream stream = File.OpenRead(path))
                {
                    return ReadJson(stream, vocabulary, path);
                }
        }
    }

    /// <summary>Reads {"token": weight}.</summary>
    /// <param name="stream">UTF-8 JSON.</param>
    /// <param name="vocabulary">The tokens by id.</param>
    /// <param name="name">What errors call the file.</param>
    /// <returns>Weights by id; 0 for tokens that the table lacks.</returns>
    /// <exception cref="InvalidDataException">Broken JSON, a weight that is not finite and ≥ 0, or a table of another vocabulary.</exception>
    public static float[] ReadJson(Stream stream, Vocabulary vocabulary, string name)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(stream);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
            {
                throw new InvalidDataException($"{name} must hold one JSON object of token weights, {{\"token\": weight}}.");
            }

            return Collect(document.RootElement.EnumerateObject().Select(Entry), vocabulary, name);
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{name} is not JSON: line {(e.LineNumber ?? 0) + 1}, byte {(e.BytePositionInLine ?? 0) + 1}.", e);
        }
        catch (InvalidOperationException e)
        {
            // A name that is not valid Unicode.
            throw new InvalidDataException($"{name} is not a table of token weights: {e.Message}", e);
        }

        KeyValuePair<string, float> Entry(JsonProperty entry) => entry.Value.ValueKind == JsonValueKind.Number
            ? new(entry.Name, entry.Value.GetSingle())
            : throw new InvalidDataException($"{name}: the weight of token '{ModelJson.Short(entry.Name)}' is {ModelJson.Short(entry.Value.GetRawText())}, not a number.");
    }

    /// <summary>Reads lines of token, tabulator, weight.</summary>
    /// <param name="path">UTF-8 text.</param>
    /// <param name="vocabulary">The tokens by id.</param>
    /// <returns>Weights by id; 0 for tokens that the table lacks.</returns>
    /// <exception cref="InvalidDataException">A line of another shape, a weight that is not finite and ≥ 0, or a table of another vocabulary.</exception>
    public static float[] ReadText(string path, Vocabulary vocabulary)
    {
        return Collect(File.ReadAllText(path).Split('\n').Select(Entry).OfType<KeyValuePair<string, float>>(), vocabulary, path);

        KeyValuePair<string, float>? Entry(string text, int index)
        {
            string line = text.TrimEnd('\r');
            if (line.Length == 0)
            {
                return null;
            }

            int tab = line.LastIndexOf('\t');
            return tab > 0 && float.TryParse(line.AsSpan(tab + 1), NumberStyles.Float, CultureInfo.InvariantCulture, out float weight)
                ? new(line[..tab], weight)
                : throw new InvalidDataException($"{path}, line {index + 1}: a token, a tabulator and a weight must stand here.");
        }
    }

    /// <summary>Reads the tensor "weight" of a safetensors file: what sentence-transformers keeps of a SparseStaticEmbedding.</summary>
    /// <param name="path">The file.</param>
    /// <param name="vocabulary">The tokens by id.</param>
    /// <returns>Weights by id.</returns>
    /// <exception cref="InvalidDataException">Not such a file, or a table of another size.</exception>
    public static float[] ReadSafetensors(string path, Vocabulary vocabulary)
    {
        float[] weights = SafetensorsFile.Open(path).ReadFloats("weight");

        // A table may end before the last added tokens, or be padded to a round number; the rest weighs nothing.
        if (Math.Abs(weights.Length - vocabulary.Count) > vocabulary.Count / 100)
        {
            throw new InvalidDataException($"{path}: tensor 'weight' holds {weights.Length} weights; {vocabulary.Count} are needed, one a word piece.");
        }

        Array.Resize(ref weights, vocabulary.Count);
        for (int id = 0; id < weights.Length; id++)
        {
            Check(weights[id], vocabulary[id], path);
        }

        return weights;
    }

    private static float[] FromLittleEndian(ReadOnlySpan<byte> bytes)
    {
        var weights = new float[bytes.Length / sizeof(float)];
        for (int i = 0; i < weights.Length; i++)
        {
            weights[i] = BinaryPrimitives.ReadSingleLittleEndian(bytes[(i * sizeof(float))..]);
        }

        return weights;
    }

    private static float[] Collect(IEnumerable<KeyValuePair<string, float>> table, Vocabulary vocabulary, string name)
    {
        var weights = new float[vocabulary.Count];
        int known = 0;
        int foreign = 0;
        string? firstForeign = null;
        foreach ((string token, float weight) in table)
        {
            Check(weight, token, name);
            if (vocabulary.TryGetId(token, out int id))
            {
                weights[id] = weight;
                known++;
            }
            else
            {
                // A token outside the vocabulary can't come out of a text. The multilingual table has two (line separators).
                foreign++;
                firstForeign ??= token;
            }
        }

        return foreign <= known / 100 && known > 0
            ? weights
            : throw new InvalidDataException(known + foreign == 0
                ? $"{name} holds no token weights."
                : $"{name} is a table of another vocabulary: {foreign} of its {known + foreign} tokens are not in the tokenizer's, such as '{ModelJson.Short(firstForeign!)}'.");
    }

    private static void Check(float weight, string token, string name)
    {
        if (!(weight >= 0) || float.IsPositiveInfinity(weight))
        {
            throw new InvalidDataException($"{name}: the weight of token '{ModelJson.Short(token)}' is {weight}; weights must be finite and not negative.");
        }
    }
}
