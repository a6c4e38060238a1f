using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.VectorData;
using Sparse.Encoders.Splade;
using Sparse.Extensions.Embeddings;
using Sparse.Extensions.Hosting;
using Sparse.Extensions.VectorData;
using Sparse.LuceneNet;
using Sparse.Vectors;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Puts Sparse into an application's services.</summary>
public static partial class SparseServiceCollectionExtensions
{
    /// <summary>
    /// Adds one index: <see cref="SparseIndex"/>, its <see cref="ITermEncoder"/>, and that as an IEmbeddingGenerator&lt;string, SparseEmbedding&gt;,
    /// each one instance, opened when first asked for and closed with the application. Wrong options stop its start.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="configure">Sets the options; null where they come from elsewhere, such as AddOptions&lt;SparseServiceOptions&gt;().BindConfiguration.</param>
    /// <returns>The services.</returns>
    public static IServiceCollection AddSparseIndex(this IServiceCollection services, Action<SparseServiceOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        OptionsBuilder<SparseServiceOptions> options = services.AddOptions<SparseServiceOptions>().ValidateOnStart();
        if (configure is not null)
        {
            options.Configure(configure);
        }

        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<SparseServiceOptions>, SparseServiceOptionsValidator>());
        services.TryAddSingleton<ITermEncoder>(provider => OpenEncoder(provider.GetRequiredService<IOptions<SparseServiceOptions>>().Value));
        services.TryAddSingleton(OpenIndex);
        services.TryAddSingleton<IEmbeddingGenerator<string, SparseEmbedding>>(provider => new SparseEmbeddingGenerator(provider.GetRequiredService<ITermEncoder>()));
        return services;
    }

    /// <summary>Adds <see cref="IndexingService"/>, which indexes documents in the background, to an application that has <see cref="AddSparseIndex"/>.</summary>
    /// <param name="services">The services.</param>
    /// <returns>The services.</returns>
    public static IServiceCollection AddSparseIndexing(this IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.TryAddSingleton<IndexingService>();
        services.AddHostedService(provider => provider.GetRequiredService<IndexingService>());
        return services;
    }

    /// <summary>Adds <see cref="SparseVectorStore"/>, also as <see cref="VectorStore"/>, with the encoder of <see cref="AddSparseIndex"/> where that was called before, else the built-in one.</summary>
    /// <param name="services">The services.</param>
    /// <param name="folder">Holds a folder a collection.</param>
    /// <param name="options">Options of the collections' indexes; null for the defaults.</param>
    /// <returns>The services.</returns>
    public static IServiceCollection AddSparseVectorStore(this IServiceCollection services, string folder, SparseIndexOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentException.ThrowIfNullOrEmpty(folder);
        services.TryAddSingleton<ITermEncoder>(_ => SpladeEncoder.BuiltIn());
        services.TryAddSingleton(provider => new SparseVectorStore(folder, provider.GetRequiredService<ITermEncoder>(), options));
        services.TryAddSingleton<VectorStore>(provider => provider.GetRequiredService<SparseVectorStore>());
        return services;
    }

    private static SpladeEncoder OpenEncoder(SparseServiceOptions options)
    {
        if (options.WithoutVectors)
        {
            throw new InvalidOperationException("WithoutVectors is set, so there is no encoder to ask for.");
        }

        var settings = new SpladeEncoderOptions { MaxTokens = options.MaxTokens };
        return options.ModelFolder is { } folder ? SpladeEncoder.FromFolder(folder, settings) : SpladeEncoder.BuiltIn(settings);
    }

    private static SparseIndex OpenIndex(IServiceProvider provider)
    {
        SparseServiceOptions options = provider.GetRequiredService<IOptions<SparseServiceOptions>>().Value;
        ITermEncoder? encoder = options.WithoutVectors ? null : provider.GetRequiredService<ITermEncoder>();
        SparseIndex index = options.ReadOnly ? SparseIndex.OpenReadOnly(options.Path, encoder, options.Index) : SparseIndex.OpenOrCreate(options.Path, encoder, options.Index);
        Opened(provider.GetRequiredService<ILoggerFactory>().CreateLogger<SparseIndex>(), index.DirectoryPath, index.Count, index.Encoder?.Name ?? "none");
        return index;
    }

    [LoggerMessage(1, LogLevel.Information, "Opened the index in {Path}: {Documents} documents, encoder {Encoder}.")]
    private static partial void Opened(ILogger logger, string path, int documents, string encoder);
}
