using Microsoft.Extensions.Options;
using Sparse.Encoders.Splade;
using Sparse.LuceneNet;

namespace Sparse.Extensions.Hosting;

/// <summary>The index of an application, as its configuration says. Checked when the application starts.</summary>
public sealed class SparseServiceOptions
{
    /// <summary>The index's folder; made where it is missing, unless read-only. Required.</summary>
    public string Path { get; set; } = "";

    /// <summary>The folder of the model that makes the vectors; null for the built-in one.</summary>
    public string? ModelFolder { get; set; }

    /// <summary>True for an index of text alone (BM25); no model is loaded.</summary>
    public bool WithoutVectors { get; set; }

    /// <summary>True to search alone, beside a writer elsewhere.</summary>
    public bool ReadOnly { get; set; }

    /// <summary>Tokens of each text that the model reads, 3 to 512; 256 by default.</summary>
    public int MaxTokens { get; set; } = new SpladeEncoderOptions().MaxTokens;

    /// <summary>Options of the index: further fields, language, chunks.</summary>
    public SparseIndexOptions Index { get; set; } = new();

    /// <summary>Background indexing: documents that may wait before those who add more wait themselves, ≥ 1; 1,000 by default.</summary>
    public int QueueCapacity { get; set; } = 1_000;

    /// <summary>Background indexing: the most documents that are encoded, added and committed together, 1 to 10,000; 64 by default.</summary>
    public int BatchSize { get; set; } = 64;
}

/// <summary>Names every wrong option at once.</summary>
internal sealed class SparseServiceOptionsValidator : IValidateOptions<SparseServiceOptions>
{
    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, SparseServiceOptions options)
    {
        List<string> wrong = [];
        if (string.IsNullOrWhiteSpace(options.Path))
        {
            wrong.Add("Path is empty; name the index's folder.");
        }
        else if (File.Exists(options.Path))
        {
            wrong.Add($"Path '{options.Path}' is a file; name a folder.");
        }
        else if (options.ReadOnly && !SparseIndex.Exists(options.Path))
        {
            wrong.Add($"Path '{options.Path}' holds no index to open read-only; build it first, or leave ReadOnly out.");
        }

        if (options.ModelFolder is { } folder && !Directory.Exists(folder))
        {
            wrong.Add($"ModelFolder '{folder}' is no folder; leave it out for the built-in model.");
        }

        Require(options.MaxTokens, 3, SpladeEncoderOptions.TokenLimit, nameof(options.MaxTokens));
        Require(options.QueueCapacity, 1, int.MaxValue, nameof(options.QueueCapacity));
        Require(options.BatchSize, 1, 10_000, nameof(options.BatchSize));
        return wrong.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(wrong);

        void Require(int value, int least, int most, string option)
        {
            if (value < least || value > most)
            {
                wrong.Add($"{option} is {value}; it lies between {least} and {most}.");
            }
        }
    }
}
