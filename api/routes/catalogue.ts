import * as contract from "#contract/catalogue.ts";
import { listFlavors } from "#domain/catalogue/list-flavors.ts";
import { listImages } from "#domain/catalogue/list-images.ts";
import { listRegions } from "#domain/catalogue/list-regions.ts";
import { listStoragePrices } from "#domain/catalogue/list-storage-prices.ts";
import { listTemplates } from "#domain/catalogue/list-templates.ts";
import { mountSelfRead, type Mounting } from "#http/mount.ts";

export function catalogueRoutes(mounting: Mounting): void {
  mountSelfRead(mounting, contract.listRegions, (ctx, { query }) => listRegions(ctx, query));
  mountSelfRead(mounting, contract.listFlavors, (ctx, { query }) => listFlavors(ctx, query));
  mountSelfRead(mounting, contract.listImages, (ctx, { query }) => listImages(ctx, query));
  mountSelfRead(mounting, contract.listTemplates, (ctx, { query }) => listTemplates(ctx, query));
  mountSelfRead(mounting, contract.listStoragePrices, (ctx, { query }) =>
    listStoragePrices(ctx, query),
  );
}
