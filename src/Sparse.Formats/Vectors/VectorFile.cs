using Sparse.Tokens;

namespace Sparse.Formats.Vectors;

/// <summary>Opens vector files of any format, and says which one a name means.</summary>
internal static class VectorFile
{
    /// <summary>The format that a file's name means.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The format; null where the name says nothing.</returns>
    internal static VectorFormat? FormatOf(string path) => Path.GetExtension(path).ToUpperInvariant() switch
    {
        ".CIFF" => VectorFormat.Ciff,
        ".BIN" => VectorFormat.Bin,
        ".JSONL" => VectorFormat.Jsonl,
        ".PARQUET" => VectorFormat.Parquet,
        ".NDJSON" or ".BULK" => VectorFormat.OpenSearch,
        _ => null,
    };

    /// <summary>Opens a file for reading.</summary>
    /// <param name="path">The file.</param>
    /// <param name="format">Its format.</param>
    /// <param name="vocabulary">Its terms; null takes any names, and numbers as they are.</param>
    internal static VectorReader Read(string path, VectorFormat format, Vocabulary? vocabulary) => Read(path, format, TermsOf(format, vocabulary));

    /// <summary>The table of terms that a file of a format begins with.</summary>
    /// <param name="format">The format.</param>
    /// <param name="vocabulary">Its terms; null takes any names, and numbers as they are.</param>
    internal static TermTable TermsOf(VectorFormat format, Vocabulary? vocabulary) =>
        format is VectorFormat.Bin or VectorFormat.Qdrant or VectorFormat.Pinecone or VectorFormat.Milvus ? TermTable.OfNumbers(vocabulary) : TermTable.OfNames(vocabulary);

    /// <summary>Opens a file for reading.</summary>
    /// <param name="path">The file.</param>
    /// <param name="format">Its format; no index, which the tool opens.</param>
    /// <param name="terms">A table by <see cref="TermsOf"/>, which other files may share.</param>
    internal static VectorReader Read(string path, VectorFormat format, TermTable terms)
    {
        if (Directory.Exists(path))
        {
            throw new BadInputException(path, 0, "this is a folder; expected a file.");
        }

        return format switch
        {
            VectorFormat.Ciff => new CiffVectorReader(path, terms),
            VectorFormat.Bin => new BinVectorReader(path, terms),
            VectorFormat.Parquet => new ParquetVectorReader(path, terms),
            _ => new JsonVectorReader(path, terms, format == VectorFormat.Anserini, format == VectorFormat.OpenSearch),
        };
    }

    /// <summary>Makes a writer for the vectors of a reader.</summary>
    /// <param name="stream">Where to; stays open.</param>
    /// <param name="path">The target's path: files beside it may be used.</param>
    /// <param name="format">The target's format.</param>
    /// <param name="source">The reader.</param>
    /// <param name="scale">Steps a weight of 1 for whole numbers; null: those of the source, else 100 (naver's rounding; bin: whole numbers as they are, else so that the largest weight is 255).</param>
    internal static VectorWriter Write(Stream stream, string path, VectorFormat format, VectorReader source, double? scale)
    {
        bool toIntegers = format is VectorFormat.Anserini or VectorFormat.Ciff or VectorFormat.Bin;
        double factor = !toIntegers ? source.Scale : scale is { } steps ? steps * source.Scale : source.IsInteger ? 1 : 100;
        return format switch
        {
            VectorFormat.Ciff => new CiffVectorWriter(stream, path, source.Terms, factor, source.Scale / factor, source.Encoder),
            VectorFormat.Bin when scale is null && !source.IsInteger => new ScaledBinVectorWriter(stream, path, source.Terms),
            VectorFormat.Bin => new BinVectorWriter(stream, path, source.Terms, factor, source.Scale / factor),
            VectorFormat.Parquet => new ParquetVectorWriter(stream, source.Terms, factor, source.Encoder),
            _ => new JsonVectorWriter(stream, format, source.Terms, factor, source.Scale / factor),
        };
    }
}
