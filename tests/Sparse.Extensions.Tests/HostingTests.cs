using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.VectorData;
using Sparse.Extensions.Embeddings;
using Sparse.Extensions.Hosting;
using Sparse.LuceneNet;

namespace Sparse.Extensions.Tests;

internal sealed class HostingTests : Scratch
{
    [Test]
    public async Task Application_indexes_in_the_background_searches_and_says_it_is_healthy()
    {
        using IHost host = await StartAsync();
        IndexingService indexing = host.Services.GetRequiredService<IndexingService>();
        SparseIndex index = host.Services.GetRequiredService<SparseIndex>();
        await indexing.AddAsync(new SparseDocument("cars", "Repair of old cars."));
        await indexing.AddAsync(new SparseDocument("cake", "Apple cake."));
        await indexing.AddAsync(new SparseDocument("gone", "Gone again."));
        await indexing.DeleteAsync("gone");
        await indexing.FlushAsync();
        using SparseIndex onDisk = SparseIndex.OpenReadOnly(index.DirectoryPath);
        HealthReport health = await host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync();
        Assert.Multiple(() =>
        {
            Assert.That(onDisk.Count, Is.EqualTo(2), "flushed is on disk");
            Assert.That(index.Search("automobile mechanic", 1).Hits[0].Id, Is.EqualTo("cars"));
            Assert.That(health.Status, Is.EqualTo(HealthStatus.Healthy));
            Assert.That(health.Entries["search"].Data["documents"], Is.EqualTo(2));
            Assert.That(host.Services.GetRequiredService<IEmbeddingGenerator<string, SparseEmbedding>>(), Is.InstanceOf<SparseEmbeddingGenerator>());
            Assert.That(host.Services.GetRequiredService<VectorStore>(), Is.Not.Null);
        });
    }

    [Test]
    public async Task Changes_to_one_document_keep_their_order_across_batches()
    {
        using IHost host = await StartAsync(options => (options.BatchSize, options.QueueCapacity, options.WithoutVectors) = (3, 2, true));
        IndexingService indexing = host.Services.GetRequiredService<IndexingService>();
        for (int i = 0; i < 40; i++)
        {
            await indexing.AddAsync(new SparseDocument("same", $"version {i}"));
            if (i % 7 == 3)
            {
                await indexing.DeleteAsync("same");
            }
        }

        await indexing.FlushAsync();
        Assert.That(host.Services.GetRequiredService<SparseIndex>().Get("same")?.Text, Is.EqualTo("version 39"));
    }

    [Test]
    public async Task Refused_document_is_counted_and_its_neighbours_are_indexed()
    {
        using IHost host = await StartAsync(options => options.WithoutVectors = true);
        IndexingService indexing = host.Services.GetRequiredService<IndexingService>();
        await indexing.AddAsync(new SparseDocument("a", "one"));
        await indexing.AddAsync(new SparseDocument("", "without an id"));
        await indexing.AddAsync(new SparseDocument("b", "two"));
        await indexing.FlushAsync();
        Assert.That((host.Services.GetRequiredService<SparseIndex>().Count, indexing.Refused), Is.EqualTo((2, 1)));
    }

    [Test]
    public async Task Stopping_the_application_indexes_what_waits_and_refuses_what_comes_after()
    {
        string path;
        IndexingService indexing;
        using (IHost host = await StartAsync())
        {
            indexing = host.Services.GetRequiredService<IndexingService>();
            path = host.Services.GetRequiredService<SparseIndex>().DirectoryPath;
            for (int i = 0; i < 100; i++)
            {
                await indexing.AddAsync(new SparseDocument($"d{i}", $"document number {i}"));
            }

            await host.StopAsync();
        }

        using SparseIndex index = SparseIndex.OpenReadOnly(path);
        Assert.That(index.Count, Is.EqualTo(100));
        Assert.That(async () => await indexing.AddAsync(new SparseDocument("late", "x")), Throws.InvalidOperationException.With.Message.Contains("stopped"));
    }

    [Test]
    public async Task Index_that_fails_stops_indexing_and_the_health_check_says_why()
    {
        using IHost host = await StartAsync(options => options.WithoutVectors = true);
        IndexingService indexing = host.Services.GetRequiredService<IndexingService>();
        host.Services.GetRequiredService<SparseIndex>().Dispose();
        await indexing.AddAsync(new SparseDocument("a", "one"));
        Assert.That(async () => await indexing.FlushAsync(), Throws.InvalidOperationException.With.Message.Contains("Background indexing has stopped"));
        HealthReport health = await host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync();
        Assert.Multiple(() =>
        {
            Assert.That(indexing.Failure, Is.Not.Null);
            Assert.That(health.Status, Is.EqualTo(HealthStatus.Unhealthy));
            Assert.That(health.Entries["search"].Description, Does.Contain("stopped").Or.Contain("can't be read"));
        });
    }

    [Test]
    public void Wrong_options_stop_the_start_and_are_all_named()
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddSparseIndex(options => (options.Path, options.ModelFolder, options.MaxTokens, options.BatchSize) = ("", "/no/such/model", 1, 0));
        using IHost host = builder.Build();
        Assert.That(async () => await host.StartAsync(), Throws.TypeOf<OptionsValidationException>()
            .With.Message.Contains("Path is empty").And.Message.Contains("/no/such/model").And.Message.Contains("MaxTokens is 1; it lies between 3 and 512").And.Message.Contains("BatchSize is 0"));
    }

    private async Task<IHost> StartAsync(Action<SparseServiceOptions>? configure = null)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddSparseIndex(options => options.Path = Path.Combine(Folder, "index")).AddSparseIndexing().AddSparseVectorStore(Path.Combine(Folder, "store"));
        builder.Services.AddHealthChecks().AddCheck<SparseIndexHealthCheck>("search");
        if (configure is not null)
        {
            builder.Services.Configure(configure);
        }

        IHost host = builder.Build();
        await host.StartAsync();
        return host;
    }
}
