using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Sparse.LuceneNet;

namespace Sparse.Extensions.Hosting;

/// <summary>
/// Healthy while the index can be read and background indexing, where there is any, has not failed:
/// <c>services.AddHealthChecks().AddCheck&lt;SparseIndexHealthCheck&gt;("search")</c>. Takes microseconds; what lies on disk is checked by <see cref="SparseIndex.Check()"/>.
/// </summary>
/// <param name="services">Has the index; the indexing service, if there is one, is looked for.</param>
public sealed class SparseIndexHealthCheck(IServiceProvider services) : IHealthCheck
{
    /// <summary>Looks.</summary>
    /// <param name="context">Says what a failure is called.</param>
    /// <param name="cancellationToken">Not looked at.</param>
    /// <returns>With the number of documents, and of changes that wait.</returns>
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(context);
        var data = new Dictionary<string, object>();
        try
        {
            // Opens the index where nobody has yet, which may fail as reading may.
            SparseIndex index = services.GetRequiredService<SparseIndex>();
            data["path"] = index.DirectoryPath;
            data["documents"] = index.Count;
            if (!SparseIndex.Exists(index.DirectoryPath))
            {
                return Result(context.Registration.FailureStatus, $"The folder '{index.DirectoryPath}' holds no index any more; what is open goes on being searched until the application stops.");
            }

            if (services.GetService<IndexingService>() is { } indexing)
            {
                data["waiting"] = indexing.Waiting;
                data["refused"] = indexing.Refused;
                if (indexing.Failure is { } failure)
                {
                    return Result(context.Registration.FailureStatus, $"Background indexing has stopped: {failure.Message}", failure);
                }
            }

            return Result(HealthStatus.Healthy, "The index can be searched.");
        }
        catch (Exception error) when (error is IOException or InvalidDataException or UnauthorizedAccessException or ObjectDisposedException)
        {
            return Result(context.Registration.FailureStatus, $"The index can't be read: {error.Message}", error);
        }

        Task<HealthCheckResult> Result(HealthStatus status, string sentence, Exception? error = null) => Task.FromResult(new HealthCheckResult(status, sentence, error, data));
    }
}
